import assert from 'node:assert/strict';
import { it } from 'node:test';
import { namesOfShards, readSettings, redisNames, shardOf } from '@taskwire/protocol';
import { type RedisCluster, type RedisServer, startRedisCluster, waitUntil } from '@taskwire/test-harness';
import pg from 'pg';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { observeListener, waitToSee } from './observe.ts';
import { PATIENCE_MS } from './patience.ts';

const SHARDS = 3;
const SETTINGS = { TASKWIRE_REDIS_CLUSTER: 'true', TASKWIRE_STREAM_SHARDS: String(SHARDS) };
const names = redisNames(readSettings(SETTINGS));
const shards = namesOfShards(names);

/** Shard by shard on a node of its own. */
const startSpread = (): Promise<RedisCluster> =>
  startRedisCluster({ appendOnly: true, spread: shards.map(({ stream }) => stream) });

const fieldIn = (cluster: RedisCluster, env: Readonly<Record<string, string>> = {}): Promise<Battlefield> => {
  const [redis] = cluster.primaries as readonly [RedisServer];
  return prepareBattlefield({
    servers: { redis, env: { REDIS_URL: cluster.url, ...SETTINGS, ...env } },
    client: 'typescript',
  });
};

/** Enough that no shard is left out by chance: of nine the odds are one in twelve, and then more are started. */
async function startPublishersEverywhere(field: Battlefield): Promise<void> {
  for (let slot = 0; (await shardsUsed(field)).size < SHARDS; slot++) {
    assert.ok(slot < 40, 'publishers are not spread');
    await field.startPublisher({ slot, eventsPerS: 60 });
    await field.progress(30);
  }
}

/** By the publishers whose events the database has. */
async function shardsUsed(field: Battlefield): Promise<ReadonlySet<number>> {
  const client = new pg.Client({ connectionString: field.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly publisher_id: string }>(
      'SELECT publisher_id FROM task_publishers',
    );
    return new Set(rows.map(({ publisher_id }) => shardOf(publisher_id, names)));
  } finally {
    await client.end();
  }
}

it('brings the events of all shards in once and in order, from three nodes, and tells every publisher', async () => {
  await using cluster = await startSpread();
  await using field = await fieldIn(cluster);
  await Promise.all([field.startListener(), field.startListener()]);
  await startPublishersEverywhere(field);
  await field.progress(600);
  // Publishers end in order only when the database has acknowledged all that they had.
  await assertClean(field);
});

it('goes on with the other shards while the node of one is away, and brings in what waited for it', async () => {
  await using cluster = await startSpread();
  await using field = await fieldIn(cluster);
  const listener = await field.startListener();
  await startPublishersEverywhere(field);
  const [, lost] = cluster.primaries as readonly [RedisServer, RedisServer];
  await lost.kill();
  const ill = await waitToSee(
    () => observeListener(listener),
    ({ health }) => health.parts.some(({ part, state }) => part === 'stream_lane' && state === 'degraded'),
    'one shard that is away',
  );
  assert.match(JSON.stringify(ill.health.parts), /shard 1 of 3: Redis cannot be reached/);
  await field.progress(300);
  await lost.start();
  await waitToSee(
    () => observeListener(listener),
    ({ health }) => health.state === 'ok',
    'all shards to be back',
  );
  await assertClean(field);
});

/** Each draws its shard: all of them draw the first one of three in one of 59,049 runs. */
const LEAVING = 10;

/** Publishers who leave events behind: in the stream, some in their outboxes, none acknowledged. */
async function leaveEvents(
  field: Battlefield,
  cluster: RedisCluster,
  streams: readonly string[],
): Promise<void> {
  const publishers = await field.startPublishers(LEAVING, { eventsPerS: 50 });
  await waitUntil(async () => (await entriesIn(cluster, streams)) > 300, {
    what: 'events that wait',
    timeoutMs: PATIENCE_MS,
  });
  for (const publisher of publishers) await publisher.kill();
}

const emptied = (cluster: RedisCluster, streams: readonly string[]) =>
  waitUntil(async () => (await entriesIn(cluster, streams)) === 0, {
    what: 'streams to be empty',
    timeoutMs: PATIENCE_MS,
    pollMs: 50,
  });

async function entriesIn(cluster: RedisCluster, streams: readonly string[]): Promise<number> {
  let entries = 0;
  for (const stream of streams)
    entries += Number(await (await cluster.ownerOf(stream)).command('XLEN', stream));
  return entries;
}

it('finds what waits in the one stream that there was before there were shards', async () => {
  await using cluster = await startSpread();
  await using field = await fieldIn(cluster, { TASKWIRE_STREAM_SHARDS: '1' });
  await leaveEvents(field, cluster, [names.stream]);
  await field.startListener({ TASKWIRE_STREAM_SHARDS: String(SHARDS) });
  await emptied(cluster, [names.stream]);
  // The next processes on these outboxes, some of which know of shards already.
  for (let slot = 0; slot < LEAVING; slot++) {
    await field.startPublisher({ slot, eventsPerS: 60, ...(slot % 2 === 0 ? { names } : {}) });
  }
  await field.progress(300);
  await assertClean(field);
});

it('says what is left in shards that are none any more, and brings it in once they are again', async () => {
  await using cluster = await startSpread();
  await using field = await fieldIn(cluster);
  const others = shards.slice(1).map(({ stream }) => stream);
  const first = await field.startListener();
  await waitToSee(
    () => observeListener(first),
    ({ health }) => health.parts.some(({ part, state }) => part === 'shards' && state === 'ok'),
    'the number of shards to be known',
  );
  await first.kill();
  await leaveEvents(field, cluster, others);
  const tooEarly = await field.startListener({ TASKWIRE_STREAM_SHARDS: '1' });
  const seen = await waitToSee(
    () => observeListener(tooEarly),
    ({ metrics }) => metrics.gauges.entries_left_behind > 300,
    'what is left to be counted',
  );
  assert.match(
    JSON.stringify(seen.health.parts),
    /entries are in shards 1 to 2, and TASKWIRE_STREAM_SHARDS is 1/,
  );
  await tooEarly.stop();
  await field.startListener();
  await emptied(cluster, others);
  for (let slot = 0; slot < LEAVING; slot++) await field.startPublisher({ slot, eventsPerS: 60 });
  await field.progress(300);
  await assertClean(field);
});
