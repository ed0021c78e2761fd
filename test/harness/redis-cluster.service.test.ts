import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRedisCluster } from './redis-cluster.ts';
import { startRedisSentinel } from './redis-sentinel.ts';
import { waitUntil } from './wait-until.ts';

test('keys of a cluster are where they are wished, and can be moved with what they hold', async () => {
  const keys = ['first', 'second', 'third'];
  await using cluster = await startRedisCluster({ spread: keys });
  const owners = await Promise.all(keys.map(cluster.ownerOf));
  assert.deepEqual(owners, cluster.primaries);
  const [from, to] = cluster.primaries as [(typeof owners)[number], (typeof owners)[number]];
  await from.command('SET', 'first', 'value');
  await cluster.move('first', to);
  assert.equal(await cluster.ownerOf('first'), to);
  assert.equal(await to.command('GET', 'first'), 'value');
  await assert.rejects(from.command('GET', 'first'), /MOVED/);
});

test('the replica of a node that is killed takes its place', async () => {
  await using cluster = await startRedisCluster({ replicas: true, spread: ['key'] });
  await cluster.primaries[0]?.kill();
  await waitUntil(async () => (await cluster.ownerOf('key')) === cluster.replicas[0], {
    what: 'the replica to own the key',
    timeoutMs: 30_000,
    pollMs: 50,
  });
});

test('Sentinels put the replica in the place of a primary that is killed', async () => {
  await using redis = await startRedisSentinel();
  assert.equal(await redis.current(), redis.primary);
  await redis.primary.kill();
  await waitUntil(async () => (await redis.current()) === redis.replica, {
    what: 'the replica to be the primary',
    timeoutMs: 30_000,
    pollMs: 50,
  });
});
