import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc16, keySlot } from './key-slot.ts';

test('the hash is that of the specification of Redis Cluster', () => {
  assert.equal(crc16('123456789'), 0x31c3);
  assert.equal(keySlot('123456789'), 12_739);
});

test('keys with the same hash tag are in one slot: the slot of the tag itself', () => {
  const slot = keySlot('task_status_stream');
  assert.equal(keySlot('{task_status_stream}:acks'), slot);
  assert.equal(keySlot('before{task_status_stream}after{other}'), slot);
});

test('brackets without anything in between are no tag', () => {
  assert.equal(keySlot('{}a'), crc16('{}a') % 16_384);
  assert.equal(keySlot('{a'), crc16('{a') % 16_384);
  assert.equal(keySlot('a}{'), crc16('a}{') % 16_384);
});
