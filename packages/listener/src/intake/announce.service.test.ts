import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type ChangeAnnouncement, silentLogger } from '@taskwire/protocol';
import { failOnLeaks, isolatedRedisNames, sharedRedisUrl, waitUntil } from '@taskwire/test-harness';
import { Redis } from 'ioredis';
import { announceWhereHeard } from './announce.ts';

failOnLeaks();

const ofMany = (count: number): ChangeAnnouncement => ({
  consumer: 'listener',
  event_ids: Array.from({ length: count }, (_, index) => `event-${index}`),
  changes: [],
});

async function openEars() {
  const url = await sharedRedisUrl();
  const names = isolatedRedisNames();
  const [redis, ear] = [new Redis(url), new Redis(url)];
  const heard: number[] = [];
  ear.on('message', (_, text: string) => {
    heard.push((JSON.parse(text) as ChangeAnnouncement).event_ids.length);
  });
  return {
    redis,
    names,
    heard,
    listen: () => ear.subscribe(names.changes),
    [Symbol.asyncDispose]: async () => {
      for (const connection of [redis, ear]) connection.disconnect();
    },
  };
}

it('a large commit is written out where somebody hears it, also whoever came a moment ago', async () => {
  await using bed = await openEars();
  const { announce, wantsChanges } = announceWhereHeard(bed.redis, bed.names, silentLogger, () => false);
  assert.equal(wantsChanges(1_000), true, 'nobody has been asked yet');
  await announce(ofMany(1_000));
  assert.deepEqual([wantsChanges(1_000), wantsChanges(31)], [false, true]);
  await bed.listen();
  await announce(ofMany(1_000));
  assert.equal(wantsChanges(1_000), true);
  await announce(ofMany(999));
  await waitUntil(() => bed.heard.includes(999), { what: 'the last announcement' });
  assert.deepEqual(bed.heard, [0, 1_000, 999]);
});

it('a large commit that nobody hears but the listener itself is not written out; a small one always is', async () => {
  await using bed = await openEars();
  const { announce, wantsChanges } = announceWhereHeard(bed.redis, bed.names, silentLogger, () => true);
  await bed.listen();
  for (const count of [1_000, 1_000, 1_000, 1]) await announce(ofMany(count));
  await waitUntil(() => bed.heard.includes(1), { what: 'the last announcement' });
  assert.deepEqual(bed.heard, [1_000, 0, 0, 1]);
  assert.equal(wantsChanges(1_000), false);
});
