import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES, type ErrorCode, TaskwireError } from '@taskwire/protocol';
import { problemOf } from './problem.ts';

test('what nobody foresaw is 500, and says nothing of what it was', () => {
  for (const thrown of [new Error('password=secret'), 'secret', null, undefined, { secret: 1 }]) {
    const problem = problemOf(thrown, '/here');
    assert.deepEqual([problem.status, problem.code, problem.instance], [500, 'internal_error', '/here']);
    assert.doesNotMatch(JSON.stringify(problem), /secret/);
  }
});

test('the words of a database driver stay in the log', () => {
  const problem = problemOf(
    new TaskwireError('database_unavailable', 'connect postgres://user:secret@host'),
    '/',
  );
  assert.equal(problem.status, 503);
  assert.doesNotMatch(JSON.stringify(problem), /secret|host/);
});

test('every code of ours is a problem with a status and a type', () => {
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const { status, type } = problemOf(new TaskwireError(code, 'words'), '/');
    assert.ok(status >= 400 && status <= 503, code);
    assert.equal(type, `urn:taskwire:problem:${code}`);
  }
});
