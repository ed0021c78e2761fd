import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesOfShard, readSettings, redisNames, shardOf } from '@taskwire/protocol';
import { drawHomeShard } from './home-shard.ts';

const names = redisNames(readSettings({ TASKWIRE_STREAM_SHARDS: '3' }));
const drawing = (number: number) => () => Uint8Array.of(0, 0, 0, number);

test('all publishers of a process belong to the shard that it talks to', () => {
  for (const shard of [0, 1, 2]) {
    const home = drawHomeShard(names, drawing(shard + 3));
    assert.deepEqual(home.names, namesOfShard(names, shard));
    for (let i = 0; i < 20; i++) {
      const id = home.newPublisherId();
      assert.match(id, /^[0-9a-f]{32}$/);
      assert.equal(shardOf(id, names), shard);
    }
  }
});

test('without shards there is nothing to draw', () => {
  const plain = redisNames(readSettings({}));
  const home = drawHomeShard(plain, () => assert.fail('nothing is drawn'));
  assert.equal(home.names, plain);
});
