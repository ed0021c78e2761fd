import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventData, type TaskEvent } from './event.ts';
import { mergeEvents, rowOf, stateOf } from './merge.ts';

const event: TaskEvent = {
  schema_version: 1,
  event_id: '019b78ff-f900-7000-8000-000000000001',
  task_request_id: 'task-1',
  status: 'SUCCESS',
  event_time_us: 1_767_261_600_000_000,
  data: eventData('SUCCESS', {}),
  worker_container: 'worker-1',
  task_name: null,
  attempt: 1,
  progress: null,
  publisher_id: 'p',
  sequence: 1,
  source: null,
  traceparent: null,
};

test('a task without events does not exist', () => {
  assert.throws(() => mergeEvents([]), RangeError);
});

test('the state of one event is the state of its merge', () => {
  assert.deepEqual(mergeEvents([event]), stateOf(event));
});

test('a result keeps all digits of its integers', () => {
  const data = eventData('SUCCESS', { result: JSON.rawJSON('18446744073709551615') });
  assert.equal(rowOf(stateOf({ ...event, data })).result_json, '18446744073709551615');
});

test('a result that is null is a result, and one that is missing is none', () => {
  assert.equal(
    rowOf(stateOf({ ...event, data: eventData('SUCCESS', { result: null }) })).result_json,
    'null',
  );
  assert.equal(rowOf(stateOf(event)).result_json, null);
});

test('only a SUCCESS has a result', () => {
  const failed = stateOf({
    ...event,
    status: 'FAILURE',
    data: eventData('FAILURE', { result: 1, error: 'x' }),
  });
  assert.deepEqual([rowOf(failed).result_json, rowOf(failed).error], [null, 'x']);
});
