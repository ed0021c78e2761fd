import Compile from 'typebox/compile';
import { messageOf } from './error.ts';
import { type EventV0, EventV0Schema, type EventV1, EventV1Schema, type TaskEvent } from './event.ts';
import { deriveEventId, eventIdTimeMs } from './event-id.ts';
import { type ParsedJson, parseJson } from './parse-json.ts';
import { parseTimestamp } from './timestamp.ts';

/** Why an event can never become a row of the history. */
export type RefusalReason =
  | 'not_utf8'
  | 'not_json'
  | 'not_an_object'
  | 'too_large'
  | 'too_deep'
  | 'invalid_field'
  | 'invalid_text'
  | 'non_finite_number'
  | 'timestamp_out_of_range'
  | 'unknown_schema_version'
  | 'expired';

export interface DecodeOptions {
  readonly nowMs: number;
  /** Events whose id is older than this are refused as expired: their part of the history is gone. */
  readonly earliestMs: number;
  readonly eventBytesMax: number;
}

export type Decoded =
  | { readonly ok: true; readonly event: TaskEvent }
  | {
      readonly ok: false;
      readonly reason: RefusalReason;
      /** One sentence: what is wrong, with which value. */
      readonly detail: string;
      readonly task_request_id: string | null;
    };

/**
 * Clocks go wrong by hours, and an event from such a worker still counts; one from further ahead than this is a
 * broken clock or a forgery, and would create parts of the history that nobody drops for years.
 */
export const FUTURE_MS_MAX = 24 * 3_600_000;

/** Deeper data is refused: PostgreSQL's own parser and everybody's recursion end somewhere above. */
export const DATA_DEPTH_MAX = 64;

const v0 = Compile(EventV0Schema);
const v1 = Compile(EventV1Schema);
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** NUL and lone surrogates, as escapes: what PostgreSQL's jsonb cannot hold. */
const SUSPICIOUS_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;

/**
 * Bytes from any lane to an event, or to the reason why not. Never throws, whatever the bytes are.
 * The cost of a small event is a few microseconds; everything unusual takes a slower path.
 */
export function decodeEvent(payload: Uint8Array, options: DecodeOptions): Decoded {
  if (payload.byteLength > options.eventBytesMax) {
    return refuse('too_large', `${payload.byteLength} bytes, at most ${options.eventBytesMax} are accepted`);
  }
  let text: string;
  try {
    text = utf8.decode(payload);
  } catch {
    return refuse('not_utf8', 'the bytes are not valid UTF-8');
  }
  let parsed: ParsedJson;
  try {
    parsed = parseJson(text);
  } catch (error) {
    return refuse('not_json', text === '' ? 'the message is empty' : messageOf(error));
  }
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('not_an_object', `expected a JSON object, got ${kindOf(value)}`);
  }
  const id = (value as Record<string, unknown>).task_request_id;
  const taskRequestId = typeof id === 'string' && v0IdIsValid(id) ? id : null;
  if (SUSPICIOUS_ESCAPE.test(text)) {
    const problem = textProblem(value);
    if (problem !== null) return refuse('invalid_text', problem, taskRequestId);
  }
  const version = (value as Record<string, unknown>).schema_version;
  if (version === 1) return decodeV1(value, parsed.hadNonFinite, taskRequestId, options);
  if (version === undefined || version === 0)
    return decodeV0(value, parsed.hadNonFinite, taskRequestId, options);
  if (Number.isSafeInteger(version)) {
    const detail = `schema_version ${String(version)} is not known here; replay it after an upgrade`;
    return refuse('unknown_schema_version', detail, taskRequestId);
  }
  return refuse(
    'invalid_field',
    `schema_version: expected an integer, got ${kindOf(version)}`,
    taskRequestId,
  );
}

function decodeV0(
  value: object,
  flagged: boolean,
  taskRequestId: string | null,
  options: DecodeOptions,
): Decoded {
  if (!v0.Check(value)) return refuse('invalid_field', fieldProblem(v0.Errors(value), value), taskRequestId);
  const event: EventV0 = value;
  const time = eventTime(event.timestamp, options);
  if (typeof time !== 'number') return refuse(time.reason, time.detail, taskRequestId);
  if (depthExceeds(event.data, DATA_DEPTH_MAX)) return tooDeep(taskRequestId);
  const eventId = deriveEventId(event, time);
  if (time < options.earliestMs * 1000) return expired(eventId, taskRequestId);
  const data = flagged ? { ...event.data, non_finite_numbers: true } : event.data;
  return {
    ok: true,
    event: {
      schema_version: 0,
      event_id: eventId,
      task_request_id: event.task_request_id,
      status: event.status,
      event_time_us: time,
      data,
      data_json: JSON.stringify(data),
      worker_container: event.worker_container,
      task_name: event.task_name ?? null,
      attempt: 0,
      progress: null,
      publisher_id: null,
      sequence: null,
      source: null,
      traceparent: null,
    },
  };
}

function decodeV1(
  value: object,
  flagged: boolean,
  taskRequestId: string | null,
  options: DecodeOptions,
): Decoded {
  if (flagged)
    return refuse('non_finite_number', 'NaN, Infinity or a number above 1.8e308 in the event', taskRequestId);
  if (!v1.Check(value)) return refuse('invalid_field', fieldProblem(v1.Errors(value), value), taskRequestId);
  const event: EventV1 = value;
  const time = eventTime(event.timestamp, options);
  if (typeof time !== 'number') return refuse(time.reason, time.detail, taskRequestId);
  if (depthExceeds(event.data, DATA_DEPTH_MAX)) return tooDeep(taskRequestId);
  const idTimeMs = eventIdTimeMs(event.event_id);
  if (idTimeMs > options.nowMs + FUTURE_MS_MAX) {
    const detail = `event_id: its time is more than ${FUTURE_MS_MAX / 3_600_000} hours ahead`;
    return refuse('timestamp_out_of_range', detail, taskRequestId);
  }
  if (idTimeMs < options.earliestMs) return expired(event.event_id, taskRequestId);
  return {
    ok: true,
    event: {
      schema_version: 1,
      event_id: event.event_id,
      task_request_id: event.task_request_id,
      status: event.status,
      event_time_us: time,
      data: event.data,
      data_json: JSON.stringify(event.data),
      worker_container: event.worker_container,
      task_name: event.task_name ?? null,
      attempt: event.attempt,
      progress: event.progress ?? null,
      publisher_id: event.publisher_id,
      sequence: event.sequence,
      source: event.source ?? null,
      traceparent: event.traceparent ?? null,
    },
  };
}

function refuse(reason: RefusalReason, detail: string, taskRequestId: string | null = null): Decoded {
  return { ok: false, reason, detail, task_request_id: taskRequestId };
}

const tooDeep = (taskRequestId: string | null): Decoded =>
  refuse('too_deep', `data: nested deeper than ${DATA_DEPTH_MAX} levels`, taskRequestId);

const expired = (eventId: string, taskRequestId: string | null): Decoded =>
  refuse('expired', `event ${eventId} is older than the history that is kept`, taskRequestId);

type TimeProblem = { readonly reason: RefusalReason; readonly detail: string };

function eventTime(timestamp: string, options: DecodeOptions): number | TimeProblem {
  const time = parseTimestamp(timestamp);
  if (time === 'malformed') {
    return {
      reason: 'invalid_field',
      detail: `timestamp: expected an RFC 3339 date-time, got ${shown(timestamp)}`,
    };
  }
  if (time === 'out_of_range') {
    return {
      reason: 'timestamp_out_of_range',
      detail: `timestamp: ${shown(timestamp)} is outside 1970 to 2254`,
    };
  }
  if (time > (options.nowMs + FUTURE_MS_MAX) * 1000) {
    const detail = `timestamp: ${shown(timestamp)} is more than ${FUTURE_MS_MAX / 3_600_000} hours ahead`;
    return { reason: 'timestamp_out_of_range', detail };
  }
  return time;
}

const v0IdIsValid = (id: string): boolean => id.length >= 1 && id.length <= 255;

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
};

const kindOf = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'an array'
      : value === undefined
        ? 'nothing'
        : `a ${typeof value}`;

interface SchemaProblem {
  readonly instancePath: string;
  readonly message: string;
  readonly keyword: string;
  readonly params: object;
}

/** The first problem in words: which field, what was expected, what was there. */
function fieldProblem(problems: readonly SchemaProblem[], value: object): string {
  const problem = problems[0];
  if (problem === undefined) return 'not an event';
  if (problem.keyword === 'required') {
    const missing = (problem.params as { requiredProperties?: readonly string[] }).requiredProperties ?? [];
    return `${missing.join(', ')}: missing`;
  }
  const path = problem.instancePath.split('/').slice(1);
  let at: unknown = value;
  for (const step of path)
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined;
  return `${path.join('.')}: ${problem.message}, got ${typeof at === 'object' ? kindOf(at) : shown(at)}`;
}

/** Iterative, since this is what protects every recursion after it. */
function depthExceeds(data: object, depthMax: number): boolean {
  let level: object[] = [data];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > depthMax) return true;
    const next: object[] = [];
    for (const node of level) {
      for (const key in node) {
        const member = (node as Record<string, unknown>)[key];
        if (typeof member === 'object' && member !== null) next.push(member);
      }
    }
    level = next;
  }
  return false;
}

/** The first text in a parsed value that PostgreSQL could not hold, in words. */
function textProblem(root: unknown): string | null {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node === 'string') {
      if (node.includes('\u0000')) return 'a text contains NUL (U+0000)';
      if (!node.isWellFormed()) return 'a text contains a lone surrogate';
    } else if (typeof node === 'object' && node !== null && !JSON.isRawJSON(node)) {
      for (const [key, member] of Object.entries(node)) pending.push(key, member);
    }
  }
  return null;
}
