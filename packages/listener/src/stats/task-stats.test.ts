import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventData, TASK_STATUSES } from '@taskwire/protocol';
import { createTaskStats } from './task-stats.ts';

const BEGIN_MS = 1_790_000_100_000;
const event = (
  status: 'RUNNING' | 'SUCCESS',
  at_ms: number,
  data: Readonly<Record<string, unknown>> = {},
) => ({
  status,
  event_time_us: at_ms * 1000,
  data: eventData(status, data),
  source: null,
});
const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

test('what is counted goes into one span of each width, and is offered until it is written', () => {
  const stats = createTaskStats(() => BEGIN_MS);
  stats.event(event('RUNNING', BEGIN_MS - 5), BEGIN_MS);
  stats.event(event('SUCCESS', BEGIN_MS - 5, { execution_time: 1.5 }), BEGIN_MS + 9_999);
  stats.commitTook(3);
  stats.deadLetter();
  const rows = stats.pending();
  assert.deepEqual(
    rows.map((row) => [row.width_s, row.at_ms, row.by_status, row.dead_letters]),
    [
      [10, BEGIN_MS, [0, 1, 0, 0, 0, 1], 1],
      [300, BEGIN_MS, [0, 1, 0, 0, 0, 1], 1],
    ],
  );
  for (const row of rows) {
    assert.deepEqual(
      [total(row.commit_latency), total(row.delivery_latency), total(row.run_duration)],
      [1, 2, 1],
    );
  }
  assert.deepEqual(stats.pending(), rows, 'the writing failed');
  stats.written(rows);
  assert.deepEqual(stats.pending(), []);
});

test('events in columns are counted as each of them is', () => {
  const [one, other] = [createTaskStats(() => BEGIN_MS), createTaskStats(() => BEGIN_MS)];
  one.event(event('RUNNING', BEGIN_MS - 5), BEGIN_MS);
  one.event(event('SUCCESS', BEGIN_MS - 700, { execution_time: 1.5 }), BEGIN_MS);
  const columns = {
    statuses: Uint8Array.of(TASK_STATUSES.indexOf('RUNNING'), TASK_STATUSES.indexOf('SUCCESS')),
    event_times_us: Float64Array.of((BEGIN_MS - 5) * 1000, (BEGIN_MS - 700) * 1000),
    execution_times_s: Float64Array.of(Number.NaN, 1.5),
  };
  other.events(columns, BEGIN_MS);
  assert.deepEqual(other.pending(), one.pending());
});

test('what is counted while a row is written is not taken for written', () => {
  const stats = createTaskStats(() => BEGIN_MS);
  stats.event(event('RUNNING', BEGIN_MS), BEGIN_MS);
  const rows = stats.pending();
  stats.event(event('RUNNING', BEGIN_MS), BEGIN_MS);
  stats.written(rows);
  assert.deepEqual(
    stats.pending().map(({ by_status }) => by_status[1]),
    [2, 2],
  );
});

test('a clock that is set back adds to what was written, and what is an hour old is forgotten', () => {
  let now = BEGIN_MS;
  const stats = createTaskStats(() => now);
  stats.event(event('RUNNING', now), now);
  now += 600_000;
  stats.written(stats.pending());
  now -= 600_000;
  stats.event(event('RUNNING', now), now);
  assert.deepEqual(
    stats.pending().map(({ by_status }) => by_status[1]),
    [2, 2],
  );
  stats.written(stats.pending());
  now += 7_200_000;
  stats.written([]);
  now -= 7_200_000;
  stats.event(event('RUNNING', now), now);
  assert.deepEqual(
    stats.pending().map(({ by_status }) => by_status[1]),
    [1, 1],
  );
});

test('what the reconciler concluded is no delivery, and no time of a run is made up', () => {
  const stats = createTaskStats(() => BEGIN_MS);
  stats.event({ ...event('SUCCESS', 0, { execution_time: 'long' }), source: 'reconciler' }, BEGIN_MS);
  const [row] = stats.pending();
  assert.deepEqual([row?.delivery_latency, row?.run_duration], [[], []]);
});
