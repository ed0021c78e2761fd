import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EVENT_V0_FIELDS, EVENT_V1_FIELDS } from './event-checks.ts';
import { fieldProblem, shown } from './field-problem.ts';

const problemOf = (value: Record<string, unknown>) => fieldProblem(EVENT_V1_FIELDS, value);
const valid = {
  schema_version: 1,
  task_request_id: 'task-1',
  status: 'RUNNING',
  timestamp: '2026-01-01T10:00:00Z',
  data: {},
  worker_container: 'worker-1',
  event_id: '019b78ff-f900-7000-8000-000000000001',
  publisher_id: 'p',
  sequence: 1,
  attempt: 1,
};

test('names the field, what was expected, and what was there', () => {
  assert.equal(
    problemOf({ ...valid, status: 'running' }),
    'status: expected one of PENDING, RUNNING, RETRY, FAILURE, CANCELLED, SUCCESS, got "running"',
  );
  assert.equal(
    problemOf({ ...valid, sequence: JSON.rawJSON('9223372036854775808') }),
    'sequence: expected a whole number from 1 to 2^53 - 1, without holes within publisher_id, got 9223372036854775808',
  );
  assert.match(problemOf({ ...valid, data: [] }), /^data: expected an object.*, got an array$/);
});

test('names every missing field', () => {
  const { task_request_id: _, attempt: __, ...rest } = valid;
  assert.equal(problemOf(rest), 'task_request_id, attempt: missing');
});

test('every field has words for what is expected of it', () => {
  for (const { name, expected } of [...EVENT_V0_FIELDS, ...EVENT_V1_FIELDS]) assert.ok(expected, name);
});

test('what is shown is one short line of sound text, whatever the value is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.jsonValue()), (value) => {
      const text = shown(value);
      assert.ok(text.length <= 80 && text.isWellFormed() && !/[\n\r\0]/.test(text), text);
    }),
  );
  assert.equal(shown('🚀'.repeat(100)).endsWith('...'), true);
  assert.equal(shown(undefined), 'undefined');
});
