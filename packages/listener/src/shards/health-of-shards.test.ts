import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHealthBoard } from '../health.ts';
import { healthOfShards } from './health-of-shards.ts';

const partOf = (board: ReturnType<typeof createHealthBoard>) => {
  const [part] = board.read().parts;
  return `${part?.state}: ${part?.detail} (${part?.meaning})`;
};

test('one shard that is down makes the part degraded, all of them make it down', () => {
  const board = createHealthBoard(() => 0);
  const of = healthOfShards(board, 2);
  const [a, b] = [of(0), of(1)];
  a.ok('stream_lane', 'reads');
  b.report('stream_lane', 'down', 'gone', 'held');
  assert.equal(partOf(board), 'degraded: shard 1 of 2: gone (held)');
  a.ok('stream_lane', 'reads');
  assert.equal(partOf(board), 'degraded: shard 1 of 2: gone (held)');
  a.report('stream_lane', 'down', 'gone too', 'held too');
  assert.equal(partOf(board), 'down: shards 0, 1 of 2: gone too (held too)');
  a.ok('stream_lane', 'reads');
  b.ok('stream_lane', 'reads');
  assert.equal(partOf(board), 'ok: reads (events pass)');
});

test('the reason that is shown is the worst', () => {
  const board = createHealthBoard(() => 0);
  const of = healthOfShards(board, 3);
  const [a, b] = [of(0), of(1)];
  a.report('acks', 'degraded', 'full', 'later');
  b.report('acks', 'down', 'gone', 'held');
  assert.equal(partOf(board), 'degraded: shards 0, 1 of 3: gone (held)');
});

test('a single shard is the board itself', () => {
  const board = createHealthBoard(() => 0);
  assert.equal(healthOfShards(board, 1)(0), board);
});
