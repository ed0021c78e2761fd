// @ts-nocheck
// Generated from event-schema.ts by `npm run generate`.
import { codePoints } from './code-points.ts';
import type { EventV0, EventV1 } from './event-schema.ts';
import type { EventField } from './field-problem.ts';

const PATTERN_1 = /^[^\u0000-\u001f\u007f]*$/u;
const PATTERN_2 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u;
const PATTERN_3 = /^[0-9a-zA-Z_-]{1,64}$/u;

export const isTaskRequestIdForm = (value: unknown): value is string =>
  typeof value === 'string' &&
  (value.length >= 2 || (value.length >= 1 && codePoints(value) >= 1)) &&
  (value.length <= 255 || (value.length <= 510 && codePoints(value) <= 255)) &&
  PATTERN_1.test(value);

export const isEventV0 = (value: unknown): value is EventV0 =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  'task_request_id' in value &&
  'timestamp' in value &&
  'data' in value &&
  'worker_container' in value &&
  'status' in value &&
  typeof value.task_request_id === 'string' &&
  (value.task_request_id.length >= 2 ||
    (value.task_request_id.length >= 1 && codePoints(value.task_request_id) >= 1)) &&
  (value.task_request_id.length <= 255 ||
    (value.task_request_id.length <= 510 && codePoints(value.task_request_id) <= 255)) &&
  PATTERN_1.test(value.task_request_id) &&
  typeof value.timestamp === 'string' &&
  (value.timestamp.length <= 64 || (value.timestamp.length <= 128 && codePoints(value.timestamp) <= 64)) &&
  typeof value.data === 'object' &&
  value.data !== null &&
  !Array.isArray(value.data) &&
  typeof value.worker_container === 'string' &&
  (value.worker_container.length >= 2 ||
    (value.worker_container.length >= 1 && codePoints(value.worker_container) >= 1)) &&
  (value.worker_container.length <= 255 ||
    (value.worker_container.length <= 510 && codePoints(value.worker_container) <= 255)) &&
  PATTERN_1.test(value.worker_container) &&
  (value.status === 'RUNNING' ||
    value.status === 'SUCCESS' ||
    value.status === 'FAILURE' ||
    value.status === 'RETRY') &&
  (value.task_name === undefined ||
    !('task_name' in value) ||
    (typeof value.task_name === 'string' &&
      (value.task_name.length >= 2 || (value.task_name.length >= 1 && codePoints(value.task_name) >= 1)) &&
      (value.task_name.length <= 255 ||
        (value.task_name.length <= 510 && codePoints(value.task_name) <= 255)) &&
      PATTERN_1.test(value.task_name)) ||
    value.task_name === null) &&
  (value.schema_version === undefined ||
    !('schema_version' in value) ||
    (Number.isFinite(value.schema_version) && value.schema_version === 0));

export const isEventV1 = (value: unknown): value is EventV1 =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  'task_request_id' in value &&
  'timestamp' in value &&
  'data' in value &&
  'worker_container' in value &&
  'status' in value &&
  'schema_version' in value &&
  'event_id' in value &&
  'publisher_id' in value &&
  'sequence' in value &&
  'attempt' in value &&
  typeof value.task_request_id === 'string' &&
  (value.task_request_id.length >= 2 ||
    (value.task_request_id.length >= 1 && codePoints(value.task_request_id) >= 1)) &&
  (value.task_request_id.length <= 255 ||
    (value.task_request_id.length <= 510 && codePoints(value.task_request_id) <= 255)) &&
  PATTERN_1.test(value.task_request_id) &&
  typeof value.timestamp === 'string' &&
  (value.timestamp.length <= 64 || (value.timestamp.length <= 128 && codePoints(value.timestamp) <= 64)) &&
  typeof value.data === 'object' &&
  value.data !== null &&
  !Array.isArray(value.data) &&
  typeof value.worker_container === 'string' &&
  (value.worker_container.length >= 2 ||
    (value.worker_container.length >= 1 && codePoints(value.worker_container) >= 1)) &&
  (value.worker_container.length <= 255 ||
    (value.worker_container.length <= 510 && codePoints(value.worker_container) <= 255)) &&
  PATTERN_1.test(value.worker_container) &&
  (value.status === 'PENDING' ||
    value.status === 'RUNNING' ||
    value.status === 'RETRY' ||
    value.status === 'FAILURE' ||
    value.status === 'CANCELLED' ||
    value.status === 'SUCCESS') &&
  (value.task_name === undefined ||
    !('task_name' in value) ||
    (typeof value.task_name === 'string' &&
      (value.task_name.length >= 2 || (value.task_name.length >= 1 && codePoints(value.task_name) >= 1)) &&
      (value.task_name.length <= 255 ||
        (value.task_name.length <= 510 && codePoints(value.task_name) <= 255)) &&
      PATTERN_1.test(value.task_name))) &&
  Number.isFinite(value.schema_version) &&
  value.schema_version === 1 &&
  typeof value.event_id === 'string' &&
  PATTERN_2.test(value.event_id) &&
  typeof value.publisher_id === 'string' &&
  PATTERN_3.test(value.publisher_id) &&
  Number.isInteger(value.sequence) &&
  (!(Number.isFinite(value.sequence) || typeof value.sequence === 'bigint') ||
    (value.sequence >= 1 && value.sequence <= 9007199254740991)) &&
  Number.isInteger(value.attempt) &&
  (!(Number.isFinite(value.attempt) || typeof value.attempt === 'bigint') ||
    (value.attempt >= 0 && value.attempt <= 2147483647)) &&
  (value.progress === undefined ||
    !('progress' in value) ||
    (Number.isFinite(value.progress) && value.progress >= 0 && value.progress <= 1)) &&
  (value.source === undefined || !('source' in value) || value.source === 'reconciler') &&
  (value.traceparent === undefined || !('traceparent' in value) || true) &&
  (value.signature === undefined || !('signature' in value) || true);

/** For the words of a refusal, in the order of the schema. */
export const EVENT_V0_FIELDS: readonly EventField[] = [
  {
    name: 'task_request_id',
    required: true,
    expected: 'a text of 1 to 255 characters without control characters',
    isValid: (value) =>
      typeof value === 'string' &&
      (value.length >= 2 || (value.length >= 1 && codePoints(value) >= 1)) &&
      (value.length <= 255 || (value.length <= 510 && codePoints(value) <= 255)) &&
      PATTERN_1.test(value),
  },
  {
    name: 'timestamp',
    required: true,
    expected: 'an RFC 3339 date-time, read as UTC where it has no offset',
    isValid: (value) =>
      typeof value === 'string' && (value.length <= 64 || (value.length <= 128 && codePoints(value) <= 64)),
  },
  {
    name: 'data',
    required: true,
    expected: 'an object: started_at, cpu_usage, memory_usage, error, error_type, result, execution_time …',
    isValid: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  {
    name: 'worker_container',
    required: true,
    expected: 'a text of 1 to 255 characters without control characters',
    isValid: (value) =>
      typeof value === 'string' &&
      (value.length >= 2 || (value.length >= 1 && codePoints(value) >= 1)) &&
      (value.length <= 255 || (value.length <= 510 && codePoints(value) <= 255)) &&
      PATTERN_1.test(value),
  },
  {
    name: 'status',
    required: true,
    expected: 'one of RUNNING, SUCCESS, FAILURE, RETRY',
    isValid: (value) =>
      value === 'RUNNING' || value === 'SUCCESS' || value === 'FAILURE' || value === 'RETRY',
  },
  {
    name: 'task_name',
    required: false,
    expected: 'a text of 1 to 255 characters without control characters, or null',
    isValid: (value) =>
      (typeof value === 'string' &&
        (value.length >= 2 || (value.length >= 1 && codePoints(value) >= 1)) &&
        (value.length <= 255 || (value.length <= 510 && codePoints(value) <= 255)) &&
        PATTERN_1.test(value)) ||
      value === null,
  },
  {
    name: 'schema_version',
    required: false,
    expected: '0, or absent',
    isValid: (value) => Number.isFinite(value) && value === 0,
  },
];
export const EVENT_V1_FIELDS: readonly EventField[] = [
  {
    name: 'task_request_id',
    required: true,
    expected: 'a text of 1 to 255 characters without control characters',
    isValid: (value) =>
      typeof value === 'string' &&
      (value.length >= 2 || (value.length >= 1 && codePoints(value) >= 1)) &&
      (value.length <= 255 || (value.length <= 510 && codePoints(value) <= 255)) &&
      PATTERN_1.test(value),
  },
  {
    name: 'timestamp',
    required: true,
    expected: 'an RFC 3339 date-time, read as UTC where it has no offset',
    isValid: (value) =>
      typeof value === 'string' && (value.length <= 64 || (value.length <= 128 && codePoints(value) <= 64)),
  },
  {
    name: 'data',
    required: true,
    expected: 'an object: started_at, cpu_usage, memory_usage, error, error_type, result, execution_time …',
    isValid: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  {
    name: 'worker_container',
    required: true,
    expected: 'a text of 1 to 255 characters without control characters',
    isValid: (value) =>
      typeof value === 'string' &&
      (value.length >= 2 || (value.length >= 1 && codePoints(value) >= 1)) &&
      (value.length <= 255 || (value.length <= 510 && codePoints(value) <= 255)) &&
      PATTERN_1.test(value),
  },
  {
    name: 'status',
    required: true,
    expected: 'one of PENDING, RUNNING, RETRY, FAILURE, CANCELLED, SUCCESS',
    isValid: (value) =>
      value === 'PENDING' ||
      value === 'RUNNING' ||
      value === 'RETRY' ||
      value === 'FAILURE' ||
      value === 'CANCELLED' ||
      value === 'SUCCESS',
  },
  {
    name: 'task_name',
    required: false,
    expected: 'a text of 1 to 255 characters without control characters',
    isValid: (value) =>
      typeof value === 'string' &&
      (value.length >= 2 || (value.length >= 1 && codePoints(value) >= 1)) &&
      (value.length <= 255 || (value.length <= 510 && codePoints(value) <= 255)) &&
      PATTERN_1.test(value),
  },
  {
    name: 'schema_version',
    required: true,
    expected: '1',
    isValid: (value) => Number.isFinite(value) && value === 1,
  },
  {
    name: 'event_id',
    required: true,
    expected: 'a UUID version 7 (RFC 9562, section 5.7) in lower case',
    isValid: (value) => typeof value === 'string' && PATTERN_2.test(value),
  },
  {
    name: 'publisher_id',
    required: true,
    expected: '1 to 64 letters, digits, - and _; random, one per outbox life',
    isValid: (value) => typeof value === 'string' && PATTERN_3.test(value),
  },
  {
    name: 'sequence',
    required: true,
    expected: 'a whole number from 1 to 2^53 - 1, without holes within publisher_id',
    isValid: (value) =>
      Number.isInteger(value) &&
      (!(Number.isFinite(value) || typeof value === 'bigint') || (value >= 1 && value <= 9007199254740991)),
  },
  {
    name: 'attempt',
    required: true,
    expected:
      'a whole number: 1 on the first run, +1 after each RETRY; 0 where it is unknown and the time decides',
    isValid: (value) =>
      Number.isInteger(value) &&
      (!(Number.isFinite(value) || typeof value === 'bigint') || (value >= 0 && value <= 2147483647)),
  },
  {
    name: 'progress',
    required: false,
    expected: 'a number from 0 to 1, in RUNNING events',
    isValid: (value) => Number.isFinite(value) && value >= 0 && value <= 1,
  },
  {
    name: 'source',
    required: false,
    expected: 'reconciler, or absent where the worker itself speaks',
    isValid: (value) => value === 'reconciler',
  },
  {
    name: 'traceparent',
    required: false,
    expected:
      'a traceparent of W3C Trace Context (section 3.2); anything else is taken for none, and the event counts all the same',
    isValid: (value) => true,
  },
  {
    name: 'signature',
    required: false,
    expected: 'key id, colon, HMAC-SHA-256 in base64url; the last member (vectors/README.md)',
    isValid: (value) => true,
  },
];
