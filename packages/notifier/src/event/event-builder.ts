import { formatTimestamp, TaskwireError } from '@taskwire/protocol';
import type { BuildEvent } from '../outbox/outbox.ts';
import { UNIT_BYTES_MAX } from '../utf8.ts';
import { cutData } from './cut-data.ts';
import { checkInput, type EventInput } from './event-input.ts';
import { quoted } from './json-text.ts';
import { safeJson } from './safe-json.ts';

export interface EventBuilderOptions {
  /** As JSON. */
  readonly workerContainer: string;
  readonly eventBytesMax: number;
  /** ms since 1970, with a fraction for the microseconds. */
  readonly clock: () => number;
  /** @param nowMs what the clock says */
  readonly newEventId: (nowMs: number) => string;
}

/** An event that is complete but for its place in the outbox. */
export interface PreparedEvent {
  readonly event_id: string;
  readonly build: BuildEvent;
}

/** What is around the data and not in the head: the longest publisher_id and sequence, and the names of all three. */
const AROUND_BYTES_MAX = 64 + 16 + ',"publisher_id":"","sequence":,"data":}'.length;

/**
 * @param traceparent the trace that it belongs to, whatever the input says of that
 * @returns the event, or what is wrong with it: `event_invalid` names the field; `event_too_large` where not even an
 * event without data would fit
 */
export function prepareEvent(
  input: EventInput,
  options: EventBuilderOptions,
  traceparent: string | null = null,
): PreparedEvent | TaskwireError {
  const checked = checkInput(input);
  if (checked instanceof TaskwireError) return checked;
  const { task_request_id, status, data, task_name, attempt, progress } = checked;
  const nowMs = options.clock();
  const timestamp = formatTimestamp(checked.timeUs ?? Math.floor(nowMs * 1000));
  const event_id = options.newEventId(nowMs);
  // By hand: JSON.stringify takes as long for these few members as everything else here together.
  let head = `{"schema_version":1,"event_id":"${event_id}","task_request_id":${quoted(task_request_id)}`;
  head += `,"status":"${status}","timestamp":"${timestamp}"`;
  head += `,"worker_container":${options.workerContainer},"attempt":${attempt}`;
  if (task_name !== undefined) head += `,"task_name":${quoted(task_name)}`;
  if (progress !== undefined) head += `,"progress":${progress}`;
  if (traceparent !== null) head += `,"traceparent":${quoted(traceparent)}`;
  let dataJson = data === undefined ? '{}' : safeJson(data);
  const roomBytes = options.eventBytesMax - AROUND_BYTES_MAX;
  if ((head.length + dataJson.length) * UNIT_BYTES_MAX > roomBytes) {
    const dataBytesMax = roomBytes - Buffer.byteLength(head);
    if (Buffer.byteLength(dataJson) > dataBytesMax) dataJson = cutData(dataJson, dataBytesMax);
    if (Buffer.byteLength(dataJson) > dataBytesMax) {
      return new TaskwireError(
        'event_too_large',
        `an event of task ${task_request_id} has no room for any data within ${options.eventBytesMax} bytes; raise eventBytesMax`,
      );
    }
  }
  return {
    event_id,
    build: (publisherId, sequence) => ({
      event_id,
      payload: `${head},"publisher_id":"${publisherId}","sequence":${sequence},"data":${dataJson}}`,
    }),
  };
}
