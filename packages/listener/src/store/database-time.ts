import type { Queryable } from './database.ts';

const READ_TIME = {
  name: 'read_time',
  sql: 'SELECT extract(epoch FROM clock_timestamp())::double precision * 1000 AS now_ms',
};

/** What the clock of the database says, ms since 1970. */
export async function databaseNowMs(database: Pick<Queryable, 'query'>): Promise<number> {
  const [row] = await database.query<{ readonly now_ms: number }>(READ_TIME);
  return row?.now_ms ?? 0;
}
