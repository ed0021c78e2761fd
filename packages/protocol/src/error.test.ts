import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, type ErrorCode, messageOf, TaskwireError } from './error.ts';

test('an error says by its code whether the same call can succeed later', () => {
  for (const [code, { retryable }] of Object.entries(ERROR_CODES)) {
    const error = new TaskwireError(code as ErrorCode, 'what happened');
    assert.deepEqual([error.code, error.retryable, error.name], [code, retryable, 'TaskwireError']);
    assert.ok(error instanceof Error);
  }
});

test('the cause is kept', () => {
  const cause = new Error('why');
  assert.equal(new TaskwireError('redis_unavailable', 'x', { cause }).cause, cause);
});

test('anything that was thrown has a message', () => {
  assert.deepEqual([new Error('a'), 'b', 7, undefined].map(messageOf), ['a', 'b', '7', 'undefined']);
});
