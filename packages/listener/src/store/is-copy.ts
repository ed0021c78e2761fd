import { canonicalJson, DATA_DEPTH_MAX, parseJson, type TaskEvent } from '@taskwire/protocol';

/**
 * Whether two events of one event_id say the same; read_events.sql asks the same of what the history holds. By which
 * publisher and sequence they travelled does not count.
 */
export function isCopy(a: TaskEvent, b: TaskEvent): boolean {
  return (
    a.task_request_id === b.task_request_id &&
    a.status === b.status &&
    a.attempt === b.attempt &&
    a.task_name === b.task_name &&
    a.worker_container === b.worker_container &&
    a.event_time_us === b.event_time_us &&
    a.progress === b.progress &&
    a.source === b.source &&
    (a.data.json === b.data.json || canonicalText(a.data.json) === canonicalText(b.data.json))
  );
}

const canonicalText = (json: string): string => canonicalJson(parseJson(json, DATA_DEPTH_MAX).value);
