import {
  parseTimestamp,
  TASK_REQUEST_ID_LENGTH_MAX,
  TASK_STATUSES,
  type TaskStatus,
  TaskwireError,
} from '@taskwire/protocol';
import { isPlain } from './json-text.ts';

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

/** What a task said, each member read once, and nothing of it to be doubted any more. */
export interface CheckedInput {
  readonly task_request_id: string;
  readonly status: TaskStatus;
  readonly data: object | undefined;
  readonly task_name: string | undefined;
  readonly attempt: number;
  readonly progress: number | undefined;
  /** Microseconds since 1970. */
  readonly timeUs: number | undefined;
}

/** @returns the event, or what is wrong with it, naming the field. Callers may pass anything. */
export function checkInput(input: EventInput): CheckedInput | TaskwireError {
  if (typeof input !== 'object' || input === null) return invalid('event', 'an object', input);
  const { task_request_id, status, task_name, attempt = 1, data, progress, timestamp } = input;
  const id = nameProblem('task_request_id', task_request_id, TASK_REQUEST_ID_LENGTH_MAX);
  if (id !== undefined) return id;
  if (!STATUSES.has(status)) return invalid('status', `one of ${TASK_STATUSES.join(', ')}`, status);
  if (task_name !== undefined) {
    const name = nameProblem('task_name', task_name, NAME_LENGTH_MAX);
    if (name !== undefined) return name;
  }
  if (data !== undefined && (typeof data !== 'object' || data === null || Array.isArray(data))) {
    return invalid('data', 'an object', data);
  }
  if (!(Number.isInteger(attempt) && attempt >= 0 && attempt <= ATTEMPT_MAX)) {
    return invalid('attempt', `a whole number from 0 to ${ATTEMPT_MAX}`, attempt);
  }
  if (progress !== undefined) {
    if (!(typeof progress === 'number' && progress >= 0 && progress <= 1)) {
      return invalid('progress', 'a number from 0 to 1', progress);
    }
    if (status !== 'RUNNING') return invalid('progress', 'none unless the status is RUNNING', progress);
  }
  let timeUs: number | undefined;
  if (timestamp !== undefined) {
    const read = typeof timestamp === 'string' ? parseTimestamp(timestamp) : 'malformed';
    if (typeof read !== 'number') {
      return invalid('timestamp', 'an RFC 3339 date-time from 1970 to 2254', timestamp);
    }
    timeUs = read;
  }
  return { task_request_id, status, data, task_name, attempt, progress, timeUs };
}

export function nameProblem(field: string, value: unknown, lengthMax: number): TaskwireError | undefined {
  if (
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= lengthMax &&
    (isPlain(value) || (!CONTROL_CHARACTER.test(value) && value.isWellFormed()))
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
