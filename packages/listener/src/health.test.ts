import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createHealthBoard } from './health.ts';

it('health is that of the worst part, and says since when', () => {
  let now = 1;
  const board = createHealthBoard(() => now);
  board.ok('redis', 'answers');
  board.report('database', 'down', 'it is read-only', 'events are held');
  now = 2;
  board.report('database', 'down', 'it refuses connections', 'events are held');
  board.report('acks', 'degraded', 'x', 'y');
  const { state, parts } = board.read();
  assert.equal(state, 'down');
  assert.deepEqual(
    parts.map(({ part, since_ms }) => [part, since_ms]),
    [
      ['redis', 1],
      ['database', 1],
      ['acks', 2],
    ],
  );
  assert.equal(parts[1]?.detail, 'it refuses connections');
});
