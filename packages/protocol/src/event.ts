import { isTaskRequestIdForm } from './event-checks.ts';

export const TASK_STATUSES = ['PENDING', 'RUNNING', 'RETRY', 'FAILURE', 'CANCELLED', 'SUCCESS'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Statuses after which nothing more is expected of a task. */
export const FINAL_STATUSES = ['FAILURE', 'CANCELLED', 'SUCCESS'] as const satisfies readonly TaskStatus[];

export const isFinal = (status: TaskStatus): boolean =>
  status === 'FAILURE' || status === 'CANCELLED' || status === 'SUCCESS';

export const TASK_REQUEST_ID_LENGTH_MAX = 255;

/** Whether it has the form of a task_request_id: what may be shown and searched for, also of a refused event. */
export const isTaskRequestId = (value: unknown): value is string =>
  isTaskRequestIdForm(value) && value.isWellFormed();

/**
 * An event after decoding, whatever its version: what the merge and the store work on.
 * `attempt` 0 means that the producer does not count attempts (all of version 0).
 */
export interface TaskEvent {
  readonly schema_version: 0 | 1;
  /** UUID version 7 as sent, or version 8 derived from the content of a version 0 event. Its first 48 bits are ms. */
  readonly event_id: string;
  readonly task_request_id: string;
  readonly status: TaskStatus;
  /** Microseconds since 1970-01-01T00:00:00Z; a safe integer for years 1970 to 2255. */
  readonly event_time_us: number;
  readonly data: EventData;
  readonly worker_container: string;
  readonly task_name: string | null;
  readonly attempt: number;
  readonly progress: number | null;
  readonly publisher_id: string | null;
  readonly sequence: number | null;
  readonly source: 'reconciler' | null;
  /** W3C Trace Context; null where the event named none that can be used. */
  readonly traceparent: string | null;
}

/**
 * The data of an event, of which the merge and the history want a few members and the whole as text. As objects it would
 * be kept in memory until the event is committed, and be most of what is.
 */
export interface EventData {
  /** All of it as JSON text that PostgreSQL accepts as jsonb; integers above 2^53 keep their digits. */
  readonly json: string;
  /** JSON text of `result`, of a SUCCESS that has one. */
  readonly result_json: string | null;
  /** Of a FAILURE or RETRY; what is no text as JSON text. */
  readonly error: string | null;
  readonly error_type: string | null;
  /** Seconds that the run took, of a SUCCESS or FAILURE that says so. */
  readonly execution_time: number | null;
}

/** @param data an object as it came out of a JSON parser */
export function eventData(status: TaskStatus, data: Readonly<Record<string, unknown>>): EventData {
  const failed = status === 'FAILURE' || status === 'RETRY';
  return {
    json: JSON.stringify(data),
    result_json: status === 'SUCCESS' ? (JSON.stringify(data.result) ?? null) : null,
    error: failed ? textOf(data.error) : null,
    error_type: failed ? textOf(data.error_type) : null,
    execution_time: status === 'SUCCESS' || status === 'FAILURE' ? durationOf(data.execution_time) : null,
  };
}

const durationOf = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 ? value : null;

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
