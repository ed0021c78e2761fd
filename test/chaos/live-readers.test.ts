import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { it } from 'node:test';
import { setTimeout as lasts } from 'node:timers/promises';
import { type ChangeAnnouncement, type CurrentTaskState, TASK_STATUSES } from '@taskwire/protocol';
import { waitUntil } from '@taskwire/test-harness';
import { readProcessUsage } from '../../bench/process-usage.ts';
import { readEvents } from '../../packages/server/test/event-reader.ts';
import { assertClean } from './assert-clean.ts';
import { type Battlefield, prepareBattlefield } from './battlefield.ts';
import { seededRandom } from './load/seeded-random.ts';
import { PATIENCE_MS } from './patience.ts';
import { startRestlessReader } from './restless-reader.ts';
import { startWebReplica } from './web-replica.ts';

/** The rows as the database has them, in the form in which readers are told. */
const statesIn = (field: Battlefield): Promise<readonly CurrentTaskState[]> =>
  field.postgres.query<CurrentTaskState>(
    `SELECT task_request_id, status, task_name, attempt, progress,
       taskwire_rfc3339(last_status_update) AS last_status_update,
       (extract(epoch FROM last_heard_at) * 1000000)::double precision AS revision
     FROM task_requests`,
    [],
    field.databaseUrl,
  );

it('readers that come and go at three replicas, while those are killed and Redis stops, know the last state of every task', async (t) => {
  const seed = Number(process.env.CHAOS_SEED ?? randomBytes(4).readUInt32LE());
  t.diagnostic(`CHAOS_SEED=${seed}`);
  await using field = await prepareBattlefield({ seed });
  const replicas = [await startWebReplica(field), await startWebReplica(field), await startWebReplica(field)];
  const ends = async (): Promise<void> => {
    for (const { process } of replicas) await process[Symbol.asyncDispose]();
  };
  t.after(ends);
  const all = () => true;
  const readers = [
    { query: '', passes: all },
    { query: '', passes: all },
    { query: '', passes: all },
    { query: '?task_name=tasks.test.chaos', passes: all },
    { query: '?task_name=tasks.test.none', passes: () => false },
    { query: '?status=SUCCESS', passes: ({ status }: CurrentTaskState) => status === 'SUCCESS' },
    {
      query: '?status=FAILURE,RETRY&task_name=tasks.test.chaos',
      passes: ({ status }: CurrentTaskState) => status === 'FAILURE' || status === 'RETRY',
    },
    {
      query: '?task_request_id=publisher-1-7',
      passes: ({ task_request_id }: CurrentTaskState) => task_request_id === 'publisher-1-7',
    },
  ].map(({ query, passes }, n) => ({
    query,
    passes,
    reader: startRestlessReader({
      query,
      urls: () => replicas.map(({ url }) => url),
      random: seededRandom(seed + n),
    }),
  }));
  t.after(() => Promise.all(readers.map(({ reader }) => reader.stop())));
  await waitUntil(() => readers.every(({ reader }) => reader.hasPlace()), {
    what: 'every reader to have a place from which it goes on',
    timeoutMs: PATIENCE_MS,
  });

  const random = seededRandom(seed);
  for (let round = 0; round < 4; round++) {
    // By count and not by time: a reader that misses a commit of more than 250 tasks is told to begin anew, and on a slow
    // machine all that is published in two rounds may be one commit.
    const victim = Math.floor(random() * replicas.length);
    await Promise.all([
      field.startPublisher({ slot: round, eventsPerS: 100, eventsMax: 400 }),
      field.progress(100).then(() => replicas[victim]?.process.kill()),
      field.progress(200),
    ]);
    if (round === 1) {
      await field.redis.stop();
      await lasts(random() * 2_000);
      await field.redis.start();
    }
    replicas[victim] = await startWebReplica(field);
  }
  await assertClean(field);

  const rows = await statesIn(field);
  assert.ok(rows.length > 200, `there are ${rows.length} tasks only`);
  for (const { query, passes, reader } of readers) {
    const wanted = rows.filter(passes);
    const missing = () =>
      wanted.filter((row) => reader.states.get(row.task_request_id)?.revision !== row.revision);
    await waitUntil(() => missing().length === 0, {
      what: `the reader of ${query || 'everything'} to know all`,
      timeoutMs: PATIENCE_MS,
    }).catch(() => {});
    assert.deepEqual(
      missing().slice(0, 3),
      [],
      `${missing().length} of ${wanted.length} tasks, ${reader.resets()} resets (${query})`,
    );
    for (const row of wanted) assert.deepEqual(reader.states.get(row.task_request_id), row);
    const known = new Map(rows.map((row) => [row.task_request_id, row]));
    for (const state of reader.states.values()) {
      assert.ok((known.get(state.task_request_id)?.revision ?? 0) >= state.revision, 'nothing is invented');
    }
    // Each of them came by itself: nobody had to begin anew, which would hide a hole.
    assert.equal(reader.resets(), 0, query);
    t.diagnostic(`${query || 'everything'}: ${wanted.length} tasks, ${reader.connections()} connections`);
  }
});

it('readers that read nothing are dropped, while others hear all: nothing is piled up for them', async (t) => {
  const SILENT = 30;
  const ANNOUNCEMENTS = 60;
  /** What a web container has; with what would be piled up for them it is several times as much. */
  const RSS_PEAK_MIB_MAX = 320;
  await using field = await prepareBattlefield();
  const replica = await startWebReplica(field);
  t.after(() => replica.process[Symbol.asyncDispose]());
  const { hostname, port } = new URL(replica.url);
  await using attentive = await readEvents(`${replica.url}/api/v1/events`);
  await attentive.settles();
  // Each wants other states, so that what would be kept for one is not what is kept for another.
  const others = TASK_STATUSES.filter((status) => status !== 'RUNNING');
  const silent = await Promise.all(
    Array.from({ length: SILENT }, async (_, n) => {
      const statuses = ['RUNNING', ...others.filter((_, bit) => (n >> bit) % 2 === 1)];
      const socket = new Socket().on('error', () => {});
      socket.connect(Number(port), hostname);
      socket.write(`GET /api/v1/events?status=${statuses} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
      await once(socket, 'readable');
      return socket;
    }),
  );
  t.after(() => silent.forEach((socket) => void socket.destroy()));

  // As another replica would announce them.
  let revision = Date.now() * 1_000;
  let bytes = 0;
  for (let n = 0; n < ANNOUNCEMENTS; n++) {
    const changes = Array.from({ length: 1_000 }, (_, task) => ({
      task_request_id: `flood-${task}`,
      status: 'RUNNING',
      task_name: 'n'.repeat(200),
      attempt: 1,
      progress: null,
      last_status_update: '',
      revision: ++revision,
      transaction: 1,
    }));
    const announcement: ChangeAnnouncement = { consumer: 'another', event_ids: [], changes };
    await field.redis.command('PUBLISH', field.names.changes, JSON.stringify(announcement));
    const last = revision;
    await waitUntil(() => attentive.states.get('flood-999')?.revision === last, {
      what: 'the flood',
      timeoutMs: PATIENCE_MS,
    });
    bytes += JSON.stringify(changes).length;
  }
  const { rssPeakMib } = readProcessUsage(replica.process.pid);
  assert.ok(rssPeakMib < RSS_PEAK_MIB_MAX, `${Math.round(rssPeakMib)} MiB`);
  assert.equal(attentive.hasEnded(), false);
  for (const socket of silent) {
    let received = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    if (!socket.closed) await once(socket, 'close');
    assert.ok(received < bytes / 2, `${received} of ${bytes} bytes were kept for it`);
  }
  t.diagnostic(`RSS peak ${Math.round(rssPeakMib)} MiB for ${Math.round(bytes / 1_048_576)} MiB a reader`);
});
