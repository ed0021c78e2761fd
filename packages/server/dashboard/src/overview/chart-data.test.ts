import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeriesPoint } from '../api/overview.ts';
import { errorRateOf, errorRateOver, highestOf, newestOf, ratesByStatus, stacked } from './chart-data.ts';

const point = (by_status: SeriesPoint['by_status']): SeriesPoint => ({
  at: '2026-01-01T00:00:00Z',
  events: 0,
  by_status,
  failures: 0,
  dead_letters: 0,
  commit_latency_ms: null,
  delivery_latency_ms: null,
  run_duration_ms: null,
});

test('bars stand on each other, and their tops are the rate of all', () => {
  const columns = ratesByStatus([point({ SUCCESS: 20, FAILURE: 10 }), point({ RUNNING: 5 })], 10);
  assert.deepEqual(stacked(columns).at(0), [2, 0]);
  assert.deepEqual(stacked(columns).at(-1), [3, 0.5]);
});

test('the error rate counts tasks that ended, and says nothing where none did', () => {
  const points = [point({ RUNNING: 9 }), point({ SUCCESS: 3, FAILURE: 1 })];
  assert.deepEqual(errorRateOf(points), [null, 0.25]);
  assert.equal(errorRateOver(points), 0.25);
  assert.equal(errorRateOver([]), null);
});

test('the newest and the highest skip what is not known', () => {
  assert.deepEqual([newestOf([1, 5, 3, null]), highestOf([1, 5, 3, null])], [3, 5]);
  assert.deepEqual([newestOf([null]), highestOf([])], [null, null]);
});
