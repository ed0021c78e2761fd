import { type Database, databaseUnavailable } from '@taskwire/listener';
import { messageOf } from '@taskwire/protocol';
import { createPartWatch, type PartReport } from './part-watch.ts';

/** However many ask, the database is asked no more often. */
const FRESH_MS = 1_000;
/** A probe waits no longer; orchestrators' own limit is one second as a rule. */
const ANSWER_MS_MAX = 900;

/** Whether the API can do its work: the database answers and has our tables. @param clock ms since 1970 */
export function createDatabaseWatch(
  database: Pick<Database, 'query'>,
  clock: () => number,
): () => Promise<PartReport> {
  const watch = createPartWatch('api', clock);
  const statement = { name: 'probe_database', sql: 'SELECT 1 FROM task_requests LIMIT 1' };
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  const ask = async (): Promise<void> => {
    try {
      await database.query(statement);
      watch.ok('tasks can be submitted and read');
    } catch (error) {
      watch.report(
        'down',
        messageOf(databaseUnavailable(error)),
        'nothing can be submitted or read; events wait in Redis',
      );
    }
    checkedAtMs = performance.now();
    asking = undefined;
  };
  return async () => {
    if (performance.now() - checkedAtMs < FRESH_MS) return watch.read();
    asking ??= ask();
    const silence = new AbortController();
    const timer = setTimeout(() => {
      watch.report(
        'down',
        'the database does not answer',
        'nothing can be submitted or read; events wait in Redis',
      );
      silence.abort();
    }, ANSWER_MS_MAX);
    const silent = new Promise<void>((resolve) => silence.signal.addEventListener('abort', () => resolve()));
    await Promise.race([asking, silent]);
    clearTimeout(timer);
    return watch.read();
  };
}
