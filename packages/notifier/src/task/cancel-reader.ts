import { cancelRequestsKey, type Logger, messageOf, type RedisNames } from '@taskwire/protocol';
import { loadLuaScript } from '../redis/lua-script.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import type { RunningTasks } from './running-tasks.ts';

/** Somebody who cancels a task waits so long at most, while Redis answers. */
const LOOK_INTERVAL_MS = 1_000;

/** Tasks that begin shortly after each other are asked for together. */
const BEGIN_LOOK_MS = 200;

/** Asked for in one script call. */
const TASKS_MAX = 1_000;

export interface CancelReaderOptions {
  readonly names: RedisNames;
  readonly connection: RedisConnection;
  readonly running: RunningTasks;
  readonly logger: Logger;
}

/**
 * Looks whether somebody wants a running task cancelled, and tells the task. Asks nothing while nothing runs, and holds
 * up no task: one that was cancelled before it began is told shortly after.
 */
export interface CancelReader {
  start(): void;
  /** A task has begun. */
  lookSoon(): void;
  stop(): void;
}

export function createCancelReader({
  names,
  connection,
  running,
  logger,
}: CancelReaderOptions): CancelReader {
  const script = loadLuaScript('read-cancel-requests.lua');
  const keys = [cancelRequestsKey(names)];
  let interval: NodeJS.Timeout | undefined;
  let soon: NodeJS.Timeout | undefined;
  let looking = false;

  async function look(): Promise<void> {
    if (looking || !connection.isReady) return;
    looking = true;
    try {
      const { ids } = running;
      for (let from = 0; from < ids.length; from += TASKS_MAX) {
        const wanted = await connection.run(script, keys, ids.slice(from, from + TASKS_MAX));
        for (const id of wanted as readonly string[]) {
          if (running.cancel(id)) logger.info({ task_request_id: id }, 'a task is told that it is cancelled');
        }
      }
    } catch (error) {
      logger.debug(
        { problem: messageOf(error) },
        'cancellations could not be read; they are looked for again',
      );
    } finally {
      looking = false;
    }
  }
  return {
    start() {
      interval = setInterval(() => void look(), LOOK_INTERVAL_MS);
    },
    lookSoon() {
      soon ??= setTimeout(() => {
        soon = undefined;
        void look();
      }, BEGIN_LOOK_MS).unref();
    },
    stop() {
      clearInterval(interval);
      clearTimeout(soon);
      soon = undefined;
    },
  };
}
