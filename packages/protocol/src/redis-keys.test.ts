import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keySlot } from './key-slot.ts';
import {
  cancelRequestsKey,
  namesOfShards,
  processingListKey,
  queueConsumersKey,
  queueSuspectsKey,
  recoveredListKey,
  sendingNumberKey,
  shardOf,
  suspectsKey,
  taskQueueKey,
  taskQueueName,
} from './redis-keys.ts';
import { readSettings, redisNames } from './settings/settings.ts';

test('the names that existing deployments know are theirs, and no two names are the same', () => {
  const names = redisNames(readSettings({}));
  assert.equal(names.channel, 'task_status_events');
  assert.equal(names.queue, 'task_status_queue');
  const all = [...Object.values(names), processingListKey(names, 'a'), queueConsumersKey(names)];
  assert.equal(new Set(all).size, all.length);
});

test('the prefix is put before our own names, and not before those of version 0 producers', () => {
  const plain = redisNames(readSettings({}));
  const prefixed = redisNames(readSettings({ TASKWIRE_KEY_PREFIX: 'blue:' }));
  for (const name of ['stream', 'acks', 'changes', 'heartbeats'] as const) {
    assert.equal(prefixed[name], `blue:${plain[name]}`);
  }
  assert.deepEqual([prefixed.channel, prefixed.queue], [plain.channel, plain.queue]);
});

const belowStream = [sendingNumberKey, suspectsKey, cancelRequestsKey] as const;
const belowQueue = [processingListKey, queueConsumersKey, queueSuspectsKey, recoveredListKey] as const;

test('in a cluster all keys of one script are in one slot, and the names of producers stay as they are', () => {
  for (const env of [{}, { TASKWIRE_KEY_PREFIX: 'blue:' }, { TASK_STATUS_QUEUE_NAME: '{old}queue' }]) {
    const plain = redisNames(readSettings(env));
    const names = redisNames(readSettings({ ...env, TASKWIRE_REDIS_CLUSTER: 'true' }));
    assert.deepEqual([names.channel, names.queue, names.stream], [plain.channel, plain.queue, plain.stream]);
    const streamKeys = [names.acks, names.heartbeats, ...belowStream.map((of) => of(names, 'id'))];
    const queueKeys = belowQueue.map((of) => of(names, 'id'));
    for (const key of streamKeys) assert.equal(keySlot(key), keySlot(names.stream), key);
    for (const key of queueKeys) assert.equal(keySlot(key), keySlot(names.queue), key);
    const all = [names.stream, names.queue, ...streamKeys, ...queueKeys];
    assert.equal(new Set(all).size, all.length);
  }
});

test('the first shard has the names that there are without shards; the others have their own, in one slot each', () => {
  const names = { ...redisNames(readSettings({})), shards: 3 };
  const [first, ...others] = namesOfShards(names);
  assert.deepEqual(first, names);
  assert.equal(others.length, 2);
  for (const shard of others) {
    const keys = [shard.acks, shard.heartbeats, ...belowStream.map((of) => of(shard, 'id'))];
    for (const key of keys) assert.equal(keySlot(key), keySlot(shard.stream), key);
    assert.deepEqual(
      [shard.channel, shard.queue, shard.changes],
      [names.channel, names.queue, names.changes],
    );
  }
  const streams = namesOfShards(names).map(({ stream }) => stream);
  assert.equal(new Set(streams).size, 3);
});

test('publishers are spread evenly over the shards, and each is always in the same', () => {
  const names = { ...redisNames(readSettings({})), shards: 8 };
  const counts = Array.from({ length: 8 }, () => 0);
  for (let i = 0; i < 8_000; i++) {
    const shard = shardOf(i.toString(16).padStart(32, '0'), names);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 900 && count < 1_100, counts.join());
  // In other languages: binascii.crc_hqx(b'publisher-1', 0) % 8.
  assert.equal(shardOf('publisher-1', names), 2);
});

test('the queue of tasks keeps its name, and gets a hash tag of it in a cluster', () => {
  assert.equal(taskQueueName({ taskQueue: 'tasks', redisCluster: false }), 'tasks');
  assert.equal(taskQueueName({ taskQueue: 'tasks', redisCluster: true }), '{tasks}');
  assert.equal(taskQueueName({ taskQueue: '{my}tasks', redisCluster: true }), '{my}tasks');
  assert.equal(keySlot(taskQueueKey('{tasks}')), keySlot('bull:{tasks}:active'));
});
