import { it } from 'node:test';
import { startRedisCluster, startRedisSentinel, waitUntil } from '@taskwire/test-harness';
import { assertClean, fieldUnderLoad } from './assert-clean.ts';
import { PATIENCE_MS } from './patience.ts';

const IN_CLUSTER = { TASKWIRE_REDIS_CLUSTER: 'true' };

it('goes on by itself with the primary that Sentinels choose when the first one is killed', async () => {
  await using sentinel = await startRedisSentinel();
  const env = {
    REDIS_URL: 'redis://nobody.invalid:6379',
    TASKWIRE_REDIS_SENTINELS: sentinel.sentinels.join(','),
    TASKWIRE_REDIS_SENTINEL_NAME: sentinel.name,
  };
  await using field = await fieldUnderLoad({
    servers: { redis: sentinel.primary, env },
    client: 'typescript',
  });
  await sentinel.primary.kill();
  await waitUntil(async () => (await sentinel.current()) === sentinel.replica, {
    what: 'the failover',
    timeoutMs: PATIENCE_MS,
    pollMs: 50,
  });
  await field.progress(300);
  // The old one comes back as a replica of the new one: nobody stays with it.
  await sentinel.primary.start();
  await field.progress(300);
  await assertClean(field);
});

it('goes on with the replica that takes the place of a node of a cluster', async () => {
  await using cluster = await startRedisCluster({ appendOnly: true, replicas: true });
  const redis = await cluster.ownerOf('task_status_stream');
  const env = { REDIS_URL: cluster.url, ...IN_CLUSTER };
  await using field = await fieldUnderLoad({ servers: { redis, env }, client: 'typescript' });
  await redis.kill();
  await waitUntil(async () => (await cluster.ownerOf(field.names.stream)) !== redis, {
    what: 'the failover',
    timeoutMs: PATIENCE_MS,
    pollMs: 50,
  });
  await field.progress(300);
  await redis.start();
  await field.progress(300);
  await assertClean(field);
});

it('follows the stream of a cluster to another node while events go through it', async () => {
  await using cluster = await startRedisCluster({ appendOnly: true });
  const redis = await cluster.ownerOf('task_status_stream');
  const env = { REDIS_URL: cluster.url, ...IN_CLUSTER };
  await using field = await fieldUnderLoad({ servers: { redis, env }, client: 'typescript' });
  for (const node of cluster.primaries) {
    await cluster.move(field.names.stream, node);
    await field.progress(300);
  }
  await assertClean(field);
});
