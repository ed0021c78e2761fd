import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { setTimeout as lasts } from 'node:timers/promises';
import { startProcess, waitUntil } from '@taskwire/test-harness';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import type { ManyPublishersConfig } from './load/many-publishers-main.ts';
import { observeListener, observePublisher, waitToSee } from './observe.ts';
import { PATIENCE_MS } from './patience.ts';
import { eventsInStream } from './stream-counts.ts';

it('F7: workers work on without Redis for 20 s within the bounds of their outboxes, and all is delivered', async () => {
  const MIB = 1_048_576;
  const EVENTS_PER_S = 200;
  await using field = await prepareBattlefield();
  await field.startListener();
  await field.startPublishers(3, { eventsPerS: EVENTS_PER_S });
  const narrow = await field.startPublisher({ slot: 9, eventsPerS: 500, outboxBytesMax: MIB });
  await field.progress(500);
  const acceptedOf = (label: RegExp) => [...field.ledger().accepted].filter((n) => label.test(n)).length;

  await field.redis.stop();
  const before = acceptedOf(/^publisher-[012]-/);
  for (let second = 0; second < 20; second++) {
    await lasts(1_000);
    const bytes = bytesOnDisk(path.join(field.directory, 'outbox-9.sqlite'));
    assert.ok(bytes < 1.1 * MIB, `the outbox of at most ${MIB} bytes takes ${bytes}`);
  }
  const accepted = acceptedOf(/^publisher-[012]-/) - before;
  assert.ok(accepted > 0.9 * 3 * EVENTS_PER_S * 20, `${accepted} events were accepted without Redis`);
  const full = acceptedOf(/^publisher-9-/);
  assert.ok(
    full < 0.5 * [...field.ledger().intents.keys()].filter((n) => n.startsWith('publisher-9-')).length,
  );

  await field.redis.start();
  await waitUntil(() => acceptedOf(/^publisher-9-/) > full + 500, {
    what: 'the full outbox to take events again',
    timeoutMs: PATIENCE_MS,
    pollMs: 200,
  });
  assert.equal((await observePublisher(narrow)).lane, 'stream');
  await assertClean(field);
});

/** Longer than it takes to notice it. */
const SILENCE_S = 30;

/** Three ways in which Redis keeps its connections and answers nothing; each returns what ends it. */
const SILENCES: Readonly<Record<string, (field: Battlefield) => () => Promise<unknown>>> = {
  'is frozen': ({ redis }) => {
    redis.freeze();
    return async () => redis.thaw();
  },
  sleeps: ({ redis }) => {
    const slept = redis.command('DEBUG', 'SLEEP', SILENCE_S);
    return () => slept;
  },
  'is paused': ({ redis }) => {
    const paused = redis.command('CLIENT', 'PAUSE', SILENCE_S * 1_000, 'ALL');
    return async () => {
      await paused;
      await redis.command('PING');
    };
  },
};

for (const [how, silence] of Object.entries(SILENCES)) {
  it(`F11: publish() stays below 1 ms at the median while Redis ${how}, and everybody says what is wrong`, async () => {
    await using field = await prepareBattlefield();
    const listener = await field.startListener();
    const publisher = await field.startPublisher({ slot: 0, eventsPerS: 200 });
    await field.progress(200);
    const end = silence(field);
    await waitToSee(
      () => observeListener(listener),
      ({ health }) => health.parts.some(({ part, state }) => part === 'redis' && state === 'down'),
      'the listener to say that Redis answers nothing',
    );
    const { accepted } = field.ledger();
    await waitUntil(() => field.ledger().accepted.size > accepted.size + 500, {
      what: 'as many events as the median is over',
      timeoutMs: PATIENCE_MS,
      pollMs: 100,
    });
    const seen = await waitToSee(
      () => observePublisher(publisher),
      ({ lane }) => lane === 'holding',
      'the notifier to say so too',
    );
    assert.ok(seen.publish_ms_median < 1, `publish() took ${seen.publish_ms_median} ms`);
    await end();
    await field.progress(1_000);
    await assertClean(field);
  });
}

it('F37: fifty workers that return with their backlogs leave room for the fresh events of others', async (t) => {
  const PUBLISHERS = 50;
  const EVENTS_EACH = 2_000;
  /** What one notifier sends late before an acknowledgement, by its own rule. */
  const WINDOW = 1_000;
  await using field = await prepareBattlefield();
  await field.startListener();
  // So slowly that all it has is still fresh when Redis is back, however long the others take to pile up theirs.
  await field.startPublisher({ slot: 0, eventsPerS: 5 });
  await field.progress(5);
  await field.redis.stop();
  const crowd = await Promise.all(
    ['crowd-a', 'crowd-b'].map((label) =>
      startProcess(new URL('load/many-publishers-main.ts', import.meta.url), {
        arguments: [JSON.stringify(crowdOf(field, label, PUBLISHERS / 2, EVENTS_EACH))],
      }),
    ),
  );
  for (const workers of crowd) await workers.waitForLine(/^published/, 2 * PATIENCE_MS);

  const returnedAt = Date.now();
  await field.redis.start();
  let longest = 0;
  let over = false;
  const acknowledged = Promise.all(
    crowd.map((workers) => workers.waitForLine(/^acknowledged/, 3 * PATIENCE_MS)),
  );
  const watched = waitUntil(
    async () => {
      longest = Math.max(longest, await eventsInStream(field));
      return over;
    },
    // Each look reads the whole stream, which is work for Redis beside that of the listener.
    { what: 'the end of the storm', timeoutMs: 3 * PATIENCE_MS, pollMs: 1_000 },
  );
  await acknowledged.finally(() => {
    over = true;
  });
  await watched;
  const [seen] = await field.postgres.query<{ drained_ms: number; fresh: number; overtaken: number }>(
    `WITH backlog AS (SELECT received_at FROM task_logs WHERE worker_source LIKE 'crowd-%'),
          fresh AS (
            SELECT received_at FROM task_logs WHERE worker_source = 'publisher-0'
              AND event_time BETWEEN to_timestamp($1) AND to_timestamp($1) + interval '1 second'
          )
     SELECT (extract(epoch FROM (SELECT max(received_at) FROM backlog)) - $1) * 1000 AS drained_ms,
            (SELECT count(*)::integer FROM fresh) AS fresh,
            (SELECT count(*)::integer FROM backlog WHERE received_at > (SELECT max(received_at) FROM fresh))
              AS overtaken`,
    [returnedAt / 1000],
    field.databaseUrl,
  );
  t.diagnostic(`stream at most ${longest}; ${JSON.stringify(seen)}`);
  // Besides the windows: fresh events, and those that are in the database and not deleted from the stream yet.
  assert.ok(longest <= PUBLISHERS * WINDOW + 15_000, `${longest} events waited in the stream`);
  assert.ok(seen !== undefined && seen.fresh > 0 && seen.overtaken > (PUBLISHERS * EVENTS_EACH) / 4);
  await assertClean(field);
});

const crowdOf = (
  { redis, names, directory }: Battlefield,
  label: string,
  publishers: number,
  eventsEach: number,
): ManyPublishersConfig => ({ redisUrl: redis.url, names, directory, label, publishers, eventsEach });

/** An outbox with its log. */
const bytesOnDisk = (outbox: string): number =>
  [outbox, `${outbox}-wal`, `${outbox}-tail`].reduce(
    (sum, file) => sum + (existsSync(file) ? statSync(file).size : 0),
    0,
  );
