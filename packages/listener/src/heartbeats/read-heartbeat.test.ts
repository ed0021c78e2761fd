import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { readHeartbeat } from './read-heartbeat.ts';

it('a heartbeat is read, and what is odd in it is made plain', () => {
  const text = JSON.stringify({
    worker_container: 'c',
    at_ms: 1_790_000_000_000,
    pid: 'x',
    running: ['t', 7, ''],
    publishers: [{ publisher_id: 'p', last_sequence: 3, closed: true }, { publisher_id: 7 }, null],
  });
  assert.deepEqual(readHeartbeat('w', text), {
    worker_id: 'w',
    worker_container: 'c',
    publisher_id: null,
    pid: 0,
    started_at: new Date(1_790_000_000_000).toISOString(),
    at_ms: 1_790_000_000_000,
    clock_skew_ms: 0,
    running: ['t'],
    outbox_depth: 0,
    oldest_unacknowledged_ms: 0,
    stopped: false,
    publishers: [{ publisher_id: 'p', last_sequence: 3, closed: true }],
  });
});

it('whatever a field of the hash holds, reading it does not throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.oneof(fc.string(), fc.json()), (id, text) => void readHeartbeat(id, text)),
  );
  assert.equal(readHeartbeat('w', '{"worker_container":"c","at_ms":1e99}'), null);
  assert.equal(readHeartbeat('w\u0000', '{"worker_container":"c","at_ms":1}'), null);
});
