import type { Battlefield } from './battlefield.ts';

/** From now on the database refuses the events whose `data.n` matches, as it does with any value it cannot store. */
export async function refuseEvents(field: Battlefield, pattern: string): Promise<void> {
  const check = `ALTER TABLE task_logs ADD CONSTRAINT refused CHECK (data ->> 'n' !~ '${pattern}') NOT VALID`;
  await field.postgres.query(check, [], field.databaseUrl);
}

export async function refuseNoEvents(field: Battlefield): Promise<void> {
  await field.postgres.query('ALTER TABLE task_logs DROP CONSTRAINT refused', [], field.databaseUrl);
}

export interface Refused {
  readonly id: number;
  readonly reason: string;
  readonly detail: string;
  readonly lane: string;
  /** What the producer numbered it with. */
  readonly n: string;
  /** How often the history holds it. */
  readonly history: number;
}

/** The dead letters, with what the history says of each. */
export const readRefused = (field: Battlefield): Promise<readonly Refused[]> =>
  field.postgres.query<Refused & Record<string, unknown>>(
    `SELECT d.id::integer, d.reason, d.detail, d.lane, d.payload::jsonb #>> '{data,n}' AS n,
            (SELECT count(*)::integer FROM task_logs AS l WHERE l.event_id = (d.payload::jsonb ->> 'event_id')::uuid) AS history
     FROM dead_letters AS d ORDER BY d.id`,
    [],
    field.databaseUrl,
  );
