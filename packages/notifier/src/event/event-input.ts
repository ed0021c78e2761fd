import {
  parseTimestamp,
  TASK_REQUEST_ID_LENGTH_MAX,
  TASK_STATUSES,
  type TaskStatus,
  TaskwireError,
} from '@taskwire/protocol';

/** What a task says of itself. */
export interface EventInput {
  /** 1 to 255 characters, none of them a control character. */
  readonly task_request_id: string;
  readonly status: TaskStatus;
  /** Any object; what JSON cannot hold is replaced, see `safeJson`. */
  readonly data?: object;
  readonly task_name?: string;
  /** 1 (default) on the first run, +1 after each RETRY; 0: not counted. */
  readonly attempt?: number;
  /** 0 to 1, in RUNNING events. */
  readonly progress?: number;
  /** RFC 3339; default: now. */
  readonly timestamp?: string;
  /** W3C trace context; default: the active span of OpenTelemetry. What is not one is left out. */
  readonly traceparent?: string;
}

const NAME_LENGTH_MAX = 255;
const ATTEMPT_MAX = 2_147_483_647;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

const STATUSES: ReadonlySet<unknown> = new Set(TASK_STATUSES);

/**
 * What is wrong with an event but for its time, naming the field; undefined where nothing is. Callers may pass anything.
 */
export function eventInputProblem(input: EventInput): TaskwireError | undefined {
  if (typeof input !== 'object' || input === null) return invalid('event', 'an object', input);
  const id = nameProblem('task_request_id', input.task_request_id, TASK_REQUEST_ID_LENGTH_MAX);
  if (id !== undefined) return id;
  if (!STATUSES.has(input.status))
    return invalid('status', `one of ${TASK_STATUSES.join(', ')}`, input.status);
  if (input.task_name !== undefined) {
    const name = nameProblem('task_name', input.task_name, NAME_LENGTH_MAX);
    if (name !== undefined) return name;
  }
  const { attempt, data, progress } = input;
  if (data !== undefined && (typeof data !== 'object' || data === null || Array.isArray(data))) {
    return invalid('data', 'an object', data);
  }
  if (attempt !== undefined && !(Number.isInteger(attempt) && attempt >= 0 && attempt <= ATTEMPT_MAX)) {
    return invalid('attempt', `a whole number from 0 to ${ATTEMPT_MAX}`, attempt);
  }
  if (progress !== undefined) {
    if (!(typeof progress === 'number' && progress >= 0 && progress <= 1)) {
      return invalid('progress', 'a number from 0 to 1', progress);
    }
    if (input.status !== 'RUNNING') return invalid('progress', 'none unless the status is RUNNING', progress);
  }
  return undefined;
}

/** Microseconds since 1970; undefined where an event has no time of its own. */
export function timeOfInput({ timestamp }: EventInput): number | undefined | TaskwireError {
  if (timestamp === undefined) return undefined;
  const us = typeof timestamp === 'string' ? parseTimestamp(timestamp) : 'malformed';
  return typeof us === 'number'
    ? us
    : invalid('timestamp', 'an RFC 3339 date-time from 1970 to 2254', timestamp);
}

export function nameProblem(field: string, value: unknown, lengthMax: number): TaskwireError | undefined {
  if (
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= lengthMax &&
    !CONTROL_CHARACTER.test(value) &&
    value.isWellFormed()
  ) {
    return undefined;
  }
  return invalid(field, `a text of 1 to ${lengthMax} characters without control characters`, value);
}

function invalid(field: string, expected: string, got: unknown): TaskwireError {
  return new TaskwireError('event_invalid', `${field}: expected ${expected}, got ${shown(got)}`);
}

function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object';
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    default:
      return String(value);
  }
}
