import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processingListKey, queueConsumersKey } from './redis-keys.ts';
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
