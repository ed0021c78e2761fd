import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FINAL_STATUSES, isFinal, isTaskRequestId, TASK_STATUSES } from './event.ts';

test('final statuses are those after which nothing more is expected', () => {
  assert.deepEqual(TASK_STATUSES.filter(isFinal).sort(), [...FINAL_STATUSES].sort());
});

test('a task_request_id is 1 to 255 code points of sound text without control characters', () => {
  for (const id of ['x', 'x'.repeat(255), '🚀'.repeat(255), '任务 1']) assert.ok(isTaskRequestId(id), id);
  for (const id of ['', 'x'.repeat(256), '🚀'.repeat(256), 'a\n', 'a\u007f', '\ud800', 7, null, undefined]) {
    assert.equal(isTaskRequestId(id), false, String(id));
  }
});
