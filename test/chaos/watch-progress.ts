import pg from 'pg';

/** A sign of life, and cheap however long the history is and however often it is asked; what counts the ledger judges. */
export interface ProgressWatch {
  /** How many events of publishers the database has had. @throws while it is away */
  received(): Promise<number>;
  close(): Promise<void>;
}

const RECEIVED = 'SELECT coalesce(sum(upper(received)), 0)::integer AS count FROM task_publishers';

/** One connection, made again after the database was away. */
export function watchProgress(databaseUrl: string): ProgressWatch {
  let client: pg.Client | undefined;
  let connecting: Promise<pg.Client> | undefined;
  const connect = async (): Promise<pg.Client> => {
    const made = new pg.Client({ connectionString: databaseUrl });
    made.on('error', () => {
      client = undefined;
    });
    await made.connect();
    client = made;
    return made;
  };
  const ask = async (asked: pg.Client): Promise<number> => {
    try {
      const { rows } = await asked.query<{ readonly count: number }>(RECEIVED);
      return rows[0]?.count ?? 0;
    } catch (error) {
      client = undefined;
      asked.end().catch(() => {});
      throw error;
    }
  };
  return {
    received: async () => {
      // A connection of before may have been cut without our knowing.
      const before = client === undefined ? undefined : await ask(client).catch(() => undefined);
      if (before !== undefined) return before;
      connecting ??= connect().finally(() => {
        connecting = undefined;
      });
      return ask(await connecting);
    },
    close: async () => {
      await client?.end().catch(() => {});
    },
  };
}
