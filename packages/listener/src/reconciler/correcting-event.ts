import { hash } from 'node:crypto';
import { eventData, type TaskEvent } from '@taskwire/protocol';
import type { SilentTask } from '../store/silent-task-repository.ts';
import type { Correction } from './decide.ts';

const DAY_MS = 86_400_000;

/**
 * The event of a correction. Everything in it follows from the row that is corrected: should two leaders correct the
 * same row, it is one event. Its time is one microsecond after the row's, so that whatever came later wins.
 * @param earliestMs where the kept history begins; the event_id of a task older than that gets the time of today
 */
export function correctingEvent(
  task: SilentTask,
  correction: Correction,
  nowMs: number,
  earliestMs: number,
): TaskEvent {
  const finishedUs = correction.finished_at_ms === null ? 0 : Math.round(correction.finished_at_ms * 1000);
  const event_time_us = Math.max(task.last_status_update_us + 1, finishedUs);
  const rowMs = Math.floor(event_time_us / 1000);
  const idMs = rowMs > earliestMs + DAY_MS ? rowMs : nowMs - (nowMs % DAY_MS);
  return {
    schema_version: 1,
    event_id: eventIdOf([task.task_request_id, task.attempt, correction.status, event_time_us], idMs),
    task_request_id: task.task_request_id,
    status: correction.status,
    event_time_us,
    data: eventData(correction.status, correction.data),
    worker_container: task.worker_source,
    task_name: task.task_name,
    attempt: task.counts_attempts ? task.attempt : 0,
    progress: null,
    publisher_id: null,
    sequence: null,
    source: 'reconciler',
    traceparent: null,
  };
}

/** Version 8 (RFC 9562): time as in version 7, then a hash where version 7 is random. */
function eventIdOf(content: readonly unknown[], ms: number): string {
  const digest = hash('sha256', JSON.stringify(content), 'hex');
  const time = ms.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-8${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}
