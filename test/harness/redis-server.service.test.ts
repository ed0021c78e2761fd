import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRedis } from './redis-server.ts';

test('a Redis with an append-only file keeps its data and its port when it is killed and started again', async () => {
  await using redis = await startRedis({ appendOnly: true, config: { appendfsync: 'always' } });
  const { port, pid } = redis;
  await redis.command('SET', 'name', 'value');

  await redis.kill();
  await redis.start();

  assert.equal(await redis.command('GET', 'name'), 'value');
  assert.equal(redis.port, port);
  assert.notEqual(redis.pid, pid);
});

test('a Redis that is wiped starts empty', async () => {
  await using redis = await startRedis({ appendOnly: true });
  await redis.command('SET', 'name', 'value');

  await redis.wipe();
  await redis.start();

  assert.equal(await redis.command('DBSIZE'), 0);
});

test('a frozen Redis answers only after it is thawed, and can be stopped while frozen', async () => {
  await using redis = await startRedis();
  redis.freeze();
  let answered = false;
  const answer = redis.command('PING').then(() => {
    answered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(answered, false);

  redis.thaw();
  await answer;
  redis.freeze();
  await redis.stop();

  await assert.rejects(redis.command('PING'));
});
