import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deriveEventId, eventIdFloor, eventIdTimeMs } from './event-id.ts';
import type { EventV0 } from './event-schema.ts';

const event: EventV0 = {
  task_request_id: 'task-1',
  status: 'SUCCESS',
  timestamp: '2026-01-01T10:00:00.123456',
  data: { result: { a: 1, b: [2] }, execution_time: 1.5 },
  worker_container: 'worker-1',
};
const AT_US = 1_767_261_600_123_456;

test('a derived id is a lower-case UUID version 8 that carries the time of the event', () => {
  fc.assert(
    fc.property(fc.nat({ max: 8_000_000_000_000 }), fc.jsonValue(), (ms, result) => {
      const id = deriveEventId({ ...event, data: { result } }, ms * 1000 + 999);
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(eventIdTimeMs(id), ms);
    }),
  );
});

test('copies of an event get one id, in whatever order their keys are', () => {
  const copy: EventV0 = {
    worker_container: 'worker-1',
    data: { execution_time: 1.5, result: { b: [2], a: 1 } },
    timestamp: '2026-01-01T18:00:00.123456+08:00',
    task_name: null,
    status: 'SUCCESS',
    task_request_id: 'task-1',
  };
  assert.equal(deriveEventId(copy, AT_US), deriveEventId(event, AT_US));
});

test('events that differ in anything get different ids', () => {
  const others: readonly EventV0[] = [
    { ...event, task_request_id: 'task-2' },
    { ...event, status: 'FAILURE' },
    { ...event, data: { ...event.data, execution_time: 1.6 } },
    { ...event, data: { result: { a: 1, b: [2] }, execution_time: '1.5' } },
    { ...event, data: {} },
    { ...event, worker_container: 'worker-2' },
    { ...event, task_name: 'tasks.a' },
  ];
  const ids = [deriveEventId(event, AT_US), deriveEventId(event, AT_US + 1)];
  for (const other of others) ids.push(deriveEventId(other, AT_US));
  assert.equal(new Set(ids).size, ids.length);
});

test('the floor of a moment is at or below every id of that moment and above every earlier one', () => {
  const id = deriveEventId(event, AT_US);
  const ms = eventIdTimeMs(id);
  assert.ok(eventIdFloor(ms) <= id);
  assert.ok(eventIdFloor(ms + 1) > id);
  assert.equal(eventIdTimeMs(eventIdFloor(ms)), ms);
});
