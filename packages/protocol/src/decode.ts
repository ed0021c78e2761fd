import { messageOf } from './error.ts';
import { eventData, isTaskRequestId, type TaskEvent } from './event.ts';
import { EVENT_V0_FIELDS, EVENT_V1_FIELDS, isEventV0, isEventV1 } from './event-checks.ts';
import { deriveEventId, eventIdTimeMs } from './event-id.ts';
import { fieldProblem, shown } from './field-problem.ts';
import { unstorableText } from './json-limits.ts';
import { type ParsedJson, parseJson } from './parse-json.ts';
import { parseTimestamp } from './timestamp.ts';
import { readTraceparent } from './traceparent.ts';

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
      /** Where it could be read. */
      readonly task_request_id: string | null;
    };

type Refused = Decoded & { readonly ok: false };

/**
 * Clocks go wrong by hours, and an event from such a worker still counts; one from further ahead than this is a
 * broken clock or a forgery, and would create parts of the history that nobody drops for years.
 */
export const FUTURE_MS_MAX = 24 * 3_600_000;

/** Deeper data is refused: PostgreSQL's own parser and everybody's recursion end somewhere above. */
export const DATA_DEPTH_MAX = 64;

/** Data is one level below the event. */
const EVENT_DEPTH_MAX = DATA_DEPTH_MAX + 1;

/** Skipped at the beginning (RFC 8259, section 8.1, allows that), by the decoder too. */
const BYTE_ORDER_MARK = '\ufeff';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * NUL and surrogates as escapes: what PostgreSQL cannot hold can only come in by these, since JSON forbids a bare NUL
 * and UTF-8 a bare surrogate. Pairs of surrogates are looked at again, and pass.
 */
const SUSPICIOUS_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;

/**
 * Bytes from any lane to an event, or to the reason why not. Never throws, and takes time linear in the size, whatever
 * the bytes are. The whole object must be sound (depth, text, numbers); then each known field; unknown ones are ignored.
 * @param from where the event begins in the bytes, and @param to before which it ends
 */
export function decodeEvent(bytes: Uint8Array, options: DecodeOptions, from = 0, to = bytes.length): Decoded {
  if (to - from > options.eventBytesMax) {
    return refuse('too_large', `${to - from} bytes, at most ${options.eventBytesMax} are accepted`);
  }
  const text = textIn(bytes, from, to);
  if (text === null) return refuse('not_utf8', 'the bytes are not valid UTF-8');
  let parsed: ParsedJson;
  try {
    parsed = parseJson(text, EVENT_DEPTH_MAX);
  } catch (error) {
    return refuse('not_json', text === '' ? 'the message is empty' : withoutSnippet(messageOf(error)));
  }
  if (parsed.tooDeep) return refuse('too_deep', `data: nested deeper than ${DATA_DEPTH_MAX} levels`);
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || JSON.isRawJSON(value)) {
    return refuse('not_an_object', `expected a JSON object, got ${shown(value)}`);
  }
  const members = value as Readonly<Record<string, unknown>>;
  const decoded = decodeMembers(members, parsed.hadNonFinite, text, options);
  if (decoded.ok || !isTaskRequestId(members.task_request_id)) return decoded;
  return { ...decoded, task_request_id: members.task_request_id };
}

/** Null where it is not UTF-8. What is not comes as U+FFFD, which may as well have been sent. */
function textIn(bytes: Uint8Array, from: number, to: number): string | null {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('utf8', from, to);
  if (text.includes('\ufffd')) {
    try {
      return utf8.decode(bytes.subarray(from, to));
    } catch {
      return null;
    }
  }
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function decodeMembers(
  members: Readonly<Record<string, unknown>>,
  hadNonFinite: boolean,
  text: string,
  options: DecodeOptions,
): Decoded {
  const problem = SUSPICIOUS_ESCAPE.test(text) ? unstorableText(members) : null;
  if (problem !== null) return refuse('invalid_text', problem);
  if (JSON.isRawJSON(members.data)) {
    // An object to the validator; the other fields would not have passed as one.
    return refuse('invalid_field', `data: expected an object, got ${shown(members.data)}`);
  }
  const version = members.schema_version;
  if (version === 1) return decodeV1(members, hadNonFinite, options);
  if (version === undefined || version === 0) return decodeV0(members, hadNonFinite, options);
  if (isLaterVersion(version)) {
    const detail = `schema_version ${shown(version)} is not known here; replay it after an upgrade`;
    return refuse('unknown_schema_version', detail);
  }
  return refuse('invalid_field', `schema_version: expected a whole number from 0, got ${shown(version)}`);
}

function decodeV0(
  members: Readonly<Record<string, unknown>>,
  hadNonFinite: boolean,
  options: DecodeOptions,
): Decoded {
  if (!isEventV0(members)) return refuse('invalid_field', fieldProblem(EVENT_V0_FIELDS, members));
  const event = members;
  const time = eventTime(event.timestamp, options);
  if (typeof time !== 'number') return time;
  const eventId = deriveEventId(event, time);
  const outside = outsideHistory(eventId, options);
  if (outside !== null) return outside;
  const data = hadNonFinite ? { ...event.data, non_finite_numbers: true } : event.data;
  return {
    ok: true,
    event: {
      schema_version: 0,
      event_id: eventId,
      task_request_id: event.task_request_id,
      status: event.status,
      event_time_us: time,
      data: eventData(event.status, data),
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
  members: Readonly<Record<string, unknown>>,
  hadNonFinite: boolean,
  options: DecodeOptions,
): Decoded {
  if (hadNonFinite) {
    return refuse('non_finite_number', 'NaN, Infinity or a number above 1.8e308 in the event');
  }
  if (!isEventV1(members)) return refuse('invalid_field', fieldProblem(EVENT_V1_FIELDS, members));
  const event = members;
  const time = eventTime(event.timestamp, options);
  if (typeof time !== 'number') return time;
  const outside = outsideHistory(event.event_id, options);
  if (outside !== null) return outside;
  return {
    ok: true,
    event: {
      schema_version: 1,
      event_id: event.event_id,
      task_request_id: event.task_request_id,
      status: event.status,
      event_time_us: time,
      data: eventData(event.status, event.data),
      worker_container: sharedContainer(event.worker_container),
      task_name: sharedName(event.task_name ?? null),
      attempt: event.attempt,
      progress: event.progress ?? null,
      publisher_id: sharedPublisher(event.publisher_id),
      sequence: event.sequence,
      source: event.source ?? null,
      traceparent: event.traceparent === undefined ? null : readTraceparent(event.traceparent),
    },
  };
}

/**
 * What is the same in event after event is kept once. The parser makes a new text of it each time, and those that wait
 * for a commit outlive the nursery.
 * @returns a function that gives the text it was last given for one like it
 */
function sharing<Text extends string | null>(): (text: Text) => Text {
  let last: Text | undefined;
  return (text) => {
    if (last !== text) last = text;
    return last;
  };
}

const sharedContainer = sharing<string>();
const sharedName = sharing<string | null>();
const sharedPublisher = sharing<string>();

function refuse(reason: RefusalReason, detail: string): Refused {
  return { ok: false, reason, detail, task_request_id: null };
}

/** Integers above 2^53 arrive as raw JSON. */
const isLaterVersion = (version: unknown): boolean =>
  (typeof version === 'number' && Number.isInteger(version) && version > 1) ||
  (JSON.isRawJSON(version) && !JSON.stringify(version).startsWith('-'));

function eventTime(timestamp: string, options: DecodeOptions): number | Refused {
  const time = parseTimestamp(timestamp);
  if (time === 'malformed') {
    return refuse('invalid_field', `timestamp: expected an RFC 3339 date-time, got ${shown(timestamp)}`);
  }
  if (time === 'out_of_range') {
    return refuse('timestamp_out_of_range', `timestamp: ${shown(timestamp)} is outside 1970 to 2254`);
  }
  return time > (options.nowMs + FUTURE_MS_MAX) * 1000 ? tooFarAhead('timestamp', shown(timestamp)) : time;
}

/** The history has no place for ids older than what is kept, nor for those of a time that is far from coming. */
function outsideHistory(eventId: string, options: DecodeOptions): Refused | null {
  const ms = eventIdTimeMs(eventId);
  if (ms > options.nowMs + FUTURE_MS_MAX) return tooFarAhead('event_id', eventId);
  if (ms < options.earliestMs) {
    return refuse('expired', `event ${eventId} is older than the history that is kept`);
  }
  return null;
}

const tooFarAhead = (field: string, value: string): Refused =>
  refuse(
    'timestamp_out_of_range',
    `${field}: ${value} is more than ${FUTURE_MS_MAX / 3_600_000} hours ahead of this clock`,
  );

/** V8 shows what stands around the mistake. It may be a secret, and the whole text is kept beside the reason anyway. */
const withoutSnippet = (message: string): string =>
  message.replace(/, (?:\.\.\.)?".* is not valid JSON$/s, ': it is not JSON');
