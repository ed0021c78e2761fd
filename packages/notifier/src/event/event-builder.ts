import { type EventV1, formatTimestamp, parseTimestamp, TaskwireError } from '@taskwire/protocol';
import type { BuildEvent } from '../outbox/outbox.ts';
import { cutData } from './cut-data.ts';
import { type EventInput, eventInputProblem } from './event-input.ts';
import { safeJson } from './safe-json.ts';

export interface EventBuilderOptions {
  readonly workerContainer: string;
  readonly eventBytesMax: number;
  /** ms since 1970, with a fraction for the microseconds. */
  readonly clock: () => number;
  readonly newEventId: () => string;
}

/** An event that is complete but for its place in the outbox. */
export interface PreparedEvent {
  readonly event_id: string;
  readonly build: BuildEvent;
}

/** Longest publisher_id and sequence, with their quotes and commas. */
const PLACE_BYTES_MAX = 64 + 16 + 8;

/** An event but for its data and its place. */
type Envelope = {
  readonly [Member in Exclude<keyof EventV1, 'data' | 'publisher_id' | 'sequence' | 'source' | 'signature'>]:
    | EventV1[Member]
    | undefined;
};

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
  const problem = eventInputProblem(input);
  if (problem !== undefined) return problem;
  const event_id = options.newEventId();
  const { data, timestamp, status } = input;
  const givenUs = timestamp === undefined ? undefined : parseTimestamp(timestamp);
  const timeUs = typeof givenUs === 'number' ? givenUs : Math.floor(options.clock() * 1000);
  const envelope = JSON.stringify({
    schema_version: 1,
    event_id,
    task_request_id: input.task_request_id,
    status,
    timestamp: formatTimestamp(timeUs),
    worker_container: options.workerContainer,
    attempt: input.attempt ?? 1,
    // What is undefined is left out.
    task_name: input.task_name,
    progress: input.progress,
    traceparent: traceparent ?? undefined,
  } satisfies Envelope);
  const head = envelope.slice(0, -1);
  const dataBytesMax = options.eventBytesMax - Buffer.byteLength(head) - PLACE_BYTES_MAX - ',"data":}'.length;
  let dataJson = data === undefined ? '{}' : safeJson(data);
  if (dataJson.length * 3 > dataBytesMax && Buffer.byteLength(dataJson) > dataBytesMax) {
    dataJson = cutData(dataJson, dataBytesMax);
    if (Buffer.byteLength(dataJson) > dataBytesMax) {
      return new TaskwireError(
        'event_too_large',
        `an event of task ${input.task_request_id} has no room for any data within ${options.eventBytesMax} bytes; raise eventBytesMax`,
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
