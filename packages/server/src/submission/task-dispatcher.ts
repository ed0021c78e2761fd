import { createSupervisedLoop, pause, type TaskStatusService } from '@taskwire/listener';
import { createService, type Logger, messageOf, type Service } from '@taskwire/protocol';
import { createPartWatch, type PartReport } from '../health/part-watch.ts';
import type { QueueRemoval, TaskQueue } from './task-queue.ts';

export interface TaskDispatcherOptions {
  readonly service: Pick<TaskStatusService, 'pendingDispatches' | 'confirmDispatches'>;
  readonly queue: Pick<TaskQueue, 'add' | 'remove' | 'askToCancel' | 'close'>;
  readonly logger: Logger;
  /** ms since 1970. */
  readonly clock: () => number;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
}

export interface TaskDispatcher extends Service {
  /** Something was submitted: look now. */
  wake(): void;
  /**
   * Takes a task back: out of the queue where no worker has begun it, and with a word to whatever worker has it, or gets
   * it after all.
   * @throws TaskwireError `redis_unavailable`
   */
  withdraw(taskRequestId: string): Promise<QueueRemoval>;
  health(): PartReport;
}

/** As many queue entries in one go; a bulk add is one script call each in one pipeline. */
const DISPATCHES_MAX = 200;
/** For what another process submitted and could not dispatch; our own submissions wake us. */
const POLL_MS = 2_000;

/**
 * Brings submitted tasks into the queue: reads the wishes that submissions left in the database, adds the jobs, and
 * deletes the wishes. Killed in between, it (or another replica) does the same again, which the id of the job makes
 * harmless. While Redis is away the wishes wait.
 */
export function createTaskDispatcher(options: TaskDispatcherOptions): TaskDispatcher {
  const { service, queue, logger } = options;
  const watch = createPartWatch('task_queue', options.clock);
  let waiting = new AbortController();
  const wake = (): void => waiting.abort();

  async function dispatchPending(): Promise<number> {
    const pending = await service.pendingDispatches(DISPATCHES_MAX);
    if (pending.length === 0) return 0;
    // One that has begun was in the queue before, perhaps so long ago that its job is gone: it must not run again.
    const unqueued = pending.filter(({ status }) => status === 'PENDING');
    if (unqueued.length > 0) await queue.add(unqueued);
    await service.confirmDispatches(pending.map(({ task_request_id }) => task_request_id));
    logger.debug({ tasks: unqueued.length }, 'tasks were queued');
    return pending.length;
  }

  const loop = createSupervisedLoop({
    random: options.random,
    run: async (signal) => {
      while (!signal.aborted) {
        waiting = new AbortController();
        const dispatched = await dispatchPending();
        watch.ok('submitted tasks are queued at once');
        if (dispatched < DISPATCHES_MAX) await pause(POLL_MS, AbortSignal.any([signal, waiting.signal]));
      }
    },
    onFailure: (error, restartInMs) => {
      const before = watch.read().state;
      watch.report('degraded', messageOf(error), 'submitted tasks are kept in the database and queued later');
      if (before === 'ok') {
        logger.warn({ problem: messageOf(error), retry_in_ms: restartInMs }, 'tasks cannot be queued');
      }
    },
  });
  const lifecycle = createService({
    onStart: loop.start,
    onStop: async () => {
      await loop.stop();
      await queue.close();
    },
  });
  return {
    ...lifecycle,
    wake,
    // The word first: a worker that takes the task meanwhile finds it.
    withdraw: async (taskRequestId) => {
      await queue.askToCancel(taskRequestId);
      return queue.remove(taskRequestId);
    },
    health: watch.read,
  };
}
