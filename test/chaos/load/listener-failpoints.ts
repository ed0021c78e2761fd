import type { Failpoints } from '@taskwire/listener';

/**
 * How a listener of the chaos tests is made to fail; read here and nowhere in the product.
 * - `CHAOS_KILLED_AFTER_COMMITS=3`: kill -9 when the third batch is in the database and Redis does not know yet
 * - `CHAOS_DIES_OF=<task_request_id>`: it aborts on every batch with an event of that task
 */
export function readFailpoints(env: Readonly<Record<string, string | undefined>>): Failpoints {
  const commitsMax = Number(env.CHAOS_KILLED_AFTER_COMMITS ?? 0);
  const deadly = env.CHAOS_DIES_OF;
  let commits = 0;
  const beforeCommit: Failpoints['beforeCommit'] = ({ events }) => {
    if (events.some(({ event }) => event.task_request_id === deadly)) process.abort();
  };
  const afterCommit: Failpoints['afterCommit'] = async () => {
    commits += 1;
    if (commits !== commitsMax) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  };
  // Only those that were asked for: with any of them each event is decoded, and batches are not encoded.
  return {
    ...(deadly === undefined ? {} : { beforeCommit }),
    ...(commitsMax === 0 ? {} : { afterCommit }),
  };
}
