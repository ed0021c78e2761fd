import { randomBytes } from 'node:crypto';
import type { Announce, TaskRequest, TaskStats, TaskStatusService } from '@taskwire/listener';
import { createEventIdSource, eventData, isFinal, type TaskEvent } from '@taskwire/protocol';
import { WEB_CONTAINER } from './submit-task.ts';
import type { TaskDispatcher } from './task-dispatcher.ts';
import type { QueueRemoval } from './task-queue.ts';

export interface CancelTaskOptions {
  readonly service: Pick<TaskStatusService, 'apply' | 'withdrawDispatch'>;
  readonly dispatcher: Pick<TaskDispatcher, 'withdraw'>;
  readonly announce: Announce;
  readonly stats: Pick<TaskStats, 'event'>;
  /** ms since 1970. */
  readonly clock: () => number;
}

/**
 * What became of the wish to cancel a task.
 * - `cancelled`: no worker had begun it, and none will; its CANCELLED is in the database.
 * - `requested`: a worker has it and is told; what it makes of that is its business, and its own last word counts.
 * - `already_final`: nothing was to be done.
 */
export interface Cancellation {
  readonly outcome: 'cancelled' | 'requested' | 'already_final';
  readonly detail: string;
}

export type CancelTask = (task: TaskRequest) => Promise<Cancellation>;

/**
 * Cancels a task as well as that is possible: takes it out of the queue where no worker has begun it, and tells the
 * worker otherwise. Doing it again is harmless.
 * The function throws TaskwireError `redis_unavailable` (the task goes on), `database_unavailable` (ask again).
 */
export function createCancelTask(options: CancelTaskOptions): CancelTask {
  const { service, dispatcher, announce, clock } = options;
  const newId = createEventIdSource({ now: clock, random: randomBytes });

  const writeCancelled = async (task: TaskRequest): Promise<void> => {
    const event: TaskEvent = {
      schema_version: 1,
      event_id: newId(),
      task_request_id: task.task_request_id,
      status: 'CANCELLED',
      event_time_us: Math.floor(clock() * 1000),
      data: eventData('CANCELLED', {}),
      worker_container: WEB_CONTAINER,
      task_name: task.task_name,
      attempt: task.attempt,
      progress: null,
      publisher_id: null,
      sequence: null,
      source: null,
      traceparent: null,
    };
    const { changes } = await service.apply({
      events: [{ event, lane: 'http', payload: '' }],
      deadLetters: [],
    });
    options.stats.event(event, clock());
    await announce({ consumer: WEB_CONTAINER, event_ids: [event.event_id], changes });
  };

  return async (task) => {
    if (isFinal(task.status)) {
      return { outcome: 'already_final', detail: `It is ${task.status} already; nothing was done.` };
    }
    const removal = await dispatcher.withdraw(task.task_request_id);
    // A task that was submitted here and is in no queue waits to be put into one, or was forgotten by Redis.
    const wasWaiting = await service.withdrawDispatch(task.task_request_id);
    const neverBegun = task.status === 'PENDING' && task.worker_source === WEB_CONTAINER;
    if (removal === 'removed' || (removal === 'absent' && (wasWaiting || neverBegun))) {
      await writeCancelled(task);
      return {
        outcome: 'cancelled',
        detail: 'No worker had begun it; it was taken out of the queue and will not run.',
      };
    }
    return { outcome: 'requested', detail: REQUESTED[removal] };
  };
}

const TOLD =
  'is told within a second or two where it knows of cancellation. It may stop or go on: its own last word counts';

const REQUESTED: Readonly<Record<Exclude<QueueRemoval, 'removed'>, string>> = {
  running: `A worker runs it, and ${TOLD}.`,
  absent: `The queue of this process does not hold it; whatever worker runs it ${TOLD}.`,
  ended: 'The queue says that it has ended; its last status is on its way.',
};
