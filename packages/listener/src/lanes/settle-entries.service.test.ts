import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONSUMER_GROUP } from '@taskwire/protocol';
import { failOnLeaks } from '@taskwire/test-harness';
import { layListenerBed } from '../../test/listener-bed.ts';
import { loadScript } from '../redis/script.ts';
import { ensureGroup } from './stream-group.ts';

failOnLeaks();

const settleEntries = loadScript('settle_entries');

/** A stream of so many entries, of which the first ones have been delivered. */
async function layStream(entries: number, delivered: number) {
  const bed = await layListenerBed();
  const { redis, names } = bed;
  const ids: string[] = [];
  for (let i = 0; i < entries; i++) ids.push((await redis.xadd(names.stream, '*', 'n', i)) ?? '');
  const deliver = async (count: number): Promise<void> => {
    await ensureGroup(redis, names.stream);
    await redis.call(
      'XREADGROUP',
      'GROUP',
      CONSUMER_GROUP,
      'a',
      'COUNT',
      count,
      'STREAMS',
      names.stream,
      '>',
    );
  };
  await deliver(delivered);
  return {
    ids,
    deliver,
    redis,
    stream: names.stream,
    settle: (settled: readonly string[]) =>
      settleEntries.run(redis, [names.stream], [CONSUMER_GROUP, settled.join(' ')]),
    left: async () => (await redis.xrange(names.stream, '-', '+')).map(([id]) => id),
    [Symbol.asyncDispose]: () => bed[Symbol.asyncDispose](),
  };
}

describe('settling entries of the stream', () => {
  it('deletes them, and nothing that is yet to be delivered', async () => {
    await using laid = await layStream(500, 400);
    await laid.settle(laid.ids.slice(0, 400).reverse());
    assert.deepEqual(await laid.left(), laid.ids.slice(400));
  });

  it('leaves what another batch still has, before them, among them and behind them', async () => {
    await using laid = await layStream(400, 400);
    const settled = laid.ids.filter((_, index) => index >= 100 && index < 300 && index !== 200);
    await laid.settle(settled);
    assert.deepEqual(
      await laid.left(),
      laid.ids.filter((id) => !settled.includes(id)),
    );
    await laid.settle([...laid.ids.slice(0, 100), laid.ids[200] ?? '']);
    assert.deepEqual(await laid.left(), laid.ids.slice(300));
  });

  it('deletes nothing else where the group was made again, and delivers all of it once more', async () => {
    await using laid = await layStream(300, 300);
    await laid.redis.xgroup('DESTROY', laid.stream, CONSUMER_GROUP);
    await laid.deliver(50);
    await laid.settle(laid.ids.slice(100, 200));
    assert.deepEqual(await laid.left(), [...laid.ids.slice(0, 100), ...laid.ids.slice(200)]);
  });

  it('works for a user who may delete, but not trim', async () => {
    await using laid = await layStream(300, 200);
    const other = laid.redis.duplicate({ connectionName: 'may-not-trim' });
    await laid.redis.call('ACL', 'SETUSER', 'no_trim', 'on', 'nopass', '~*', '+@all', '-xtrim');
    try {
      await other.call('AUTH', 'no_trim', 'any');
      await settleEntries.run(other, [laid.stream], [CONSUMER_GROUP, laid.ids.slice(0, 200).join(' ')]);
      assert.deepEqual(await laid.left(), laid.ids.slice(200));
    } finally {
      other.disconnect();
      await laid.redis.call('ACL', 'DELUSER', 'no_trim');
    }
  });
});
