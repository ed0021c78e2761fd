import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeClock, readClock } from './clocks.ts';
import { judgeLanes } from './judge-lanes.ts';
import { type HeartbeatFacts, type LaneFacts, withShards } from './lane-facts.ts';

const facts = (more: Partial<LaneFacts> = {}): LaneFacts => ({
  wrongTypes: [],
  streamLength: 0,
  oldestMs: 0,
  consumers: [{ name: 'a', pending: 0, idleMs: 100 }],
  living: ['a'],
  queueLength: 0,
  orphaned: 0,
  recovered: 0,
  channelListeners: 1,
  heartbeats: [worker()],
  ...more,
});
function worker(more: Partial<HeartbeatFacts> = {}): HeartbeatFacts {
  return {
    worker_id: 'w',
    worker_container: 'worker-1',
    clock_skew_ms: 3,
    outbox_depth: 0,
    oldest_unacknowledged_ms: 0,
    ageMs: 1_000,
    stopped: false,
    running: 0,
    ...more,
  };
}
const level = (check: string, more: Partial<LaneFacts>) =>
  judgeLanes(facts(more)).find((finding) => finding.check === check)?.level;

test('lanes that flow give nothing to do', () => {
  for (const finding of judgeLanes(facts()))
    assert.deepEqual([finding.check, finding.level], [finding.check, 'ok']);
});

test('a backlog is worse the older it is', () => {
  assert.equal(level('lanes.stream', { streamLength: 5_000, oldestMs: 900 }), 'ok');
  assert.equal(level('lanes.stream', { streamLength: 5, oldestMs: 15_000 }), 'warning');
  assert.equal(level('lanes.stream', { streamLength: 5, oldestMs: 90_000 }), 'problem');
});

test('listeners that are gone matter when nobody is left, or when they hold events', () => {
  const dead = { name: 'b', pending: 0, idleMs: 100_000 };
  const living = { name: 'a', pending: 3, idleMs: 10 };
  const nobody = { living: [], channelListeners: 0 };
  assert.equal(level('lanes.listeners', { ...nobody, consumers: [dead] }), 'problem');
  assert.equal(level('lanes.listeners', { consumers: [living, dead] }), 'ok');
  assert.equal(level('lanes.listeners', { consumers: [living, { ...dead, pending: 7 }] }), 'warning');
  assert.equal(
    level('lanes.listeners', { ...nobody, consumers: null, streamLength: 9, oldestMs: 1 }),
    'problem',
  );
  assert.equal(level('lanes.listeners', { ...nobody, consumers: null }), 'note');
});

test('a listener lives that says so, though its reader of the stream has had nothing to do for long', () => {
  assert.equal(level('lanes.listeners', { consumers: [{ name: 'a', pending: 0, idleMs: 900_000 }] }), 'ok');
  assert.equal(level('lanes.listeners', { living: [], consumers: [], channelListeners: 1 }), 'ok');
});

test('version 0 events that a dead listener had taken are named', () => {
  assert.equal(level('lanes.queue', { orphaned: 2 }), 'warning');
  assert.equal(level('lanes.queue', { queueLength: 2 }), 'note');
});

test('a worker that was killed is no longer named once another one of its container is alive', () => {
  const killed = worker({ worker_id: 'killed', ageMs: 90_000, running: 1 });
  assert.equal(level('lanes.workers', { heartbeats: [killed, worker()] }), 'ok');
  const another = worker({ worker_container: 'worker-2' });
  const warned = judgeLanes(facts({ heartbeats: [killed, another] })).filter(
    (finding) => finding.level === 'warning',
  );
  assert.deepEqual(
    warned.map(({ found }) => found),
    ['worker-1 fell silent while running a task'],
  );
});

test('workers that are silent, behind, or of another time are named', () => {
  assert.equal(level('lanes.workers', { heartbeats: [worker({ ageMs: 90_000, running: 2 })] }), 'warning');
  assert.equal(
    level('lanes.workers', { heartbeats: [worker({ ageMs: 90_000, running: 2, stopped: true })] }),
    'note',
  );
  assert.equal(
    level('lanes.workers', { heartbeats: [worker({ oldest_unacknowledged_ms: 70_000 })] }),
    'warning',
  );
  assert.equal(level('clocks.workers', { heartbeats: [worker({ clock_skew_ms: -3_600_000 })] }), 'warning');
  assert.equal(
    level('lanes.keys', { wrongTypes: ['task_status_stream is a string and not a stream'] }),
    'problem',
  );
});

test('a clock is only called wrong as far as the way there and back lets us know', async () => {
  const judged = (aheadMs: number, uncertaintyMs: number) =>
    judgeClock({ whose: 'redis', aheadMs, uncertaintyMs }).level;
  assert.equal(judged(900, 1), 'ok');
  assert.equal(judged(-1_500, 1), 'warning');
  assert.equal(judged(-1_500, 800), 'ok');
  assert.equal(judged(3_600_000, 5), 'problem');
  let now = 1_000;
  const slowThenQuick = [50, 2, 30, 30, 30];
  const reading = await readClock(
    'database',
    async () => {
      now += slowThenQuick.shift() ?? 0;
      return now + 500;
    },
    () => now,
  );
  assert.deepEqual(reading, { whose: 'database', aheadMs: 501, uncertaintyMs: 1 });
});

test('of several shards all that waits counts, the oldest of it, and the workers of each', () => {
  const others = [{ streamLength: 5, oldestMs: 70_000, heartbeats: [worker({ worker_id: 'elsewhere' })] }];
  const all = withShards(facts({ streamLength: 2, oldestMs: 10 }), others);
  assert.deepEqual([all.streamLength, all.oldestMs, all.heartbeats?.length], [7, 70_000, 2]);
  const unknown = withShards(facts(), [{ streamLength: null, oldestMs: null, heartbeats: null }]);
  assert.deepEqual([unknown.streamLength, unknown.oldestMs, unknown.heartbeats], [null, null, null]);
  assert.equal(unknown.queueLength, 0);
});
