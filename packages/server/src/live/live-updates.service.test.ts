import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Database, openPglite, openPostgres } from '@taskwire/listener';
import type { TaskStatus } from '@taskwire/protocol';
import {
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  startRedis,
  waitUntil,
} from '@taskwire/test-harness';
import { buildEvent, inBatch } from '../../../listener/test/build-event.ts';
import { readEvents } from '../../test/event-reader.ts';
import { type Api, startApi } from '../../test/start-api.ts';

failOnLeaks();

const redis = await startRedis();
after(() => redis[Symbol.asyncDispose]());

/** Three processes on one PostgreSQL; PGlite has one only. */
for (const [kind, replicas, open] of [
  ['PostgreSQL', 3, async () => openPostgres({ url: await freshDatabaseUrl() })],
  ['PGlite', 1, () => openPglite()],
] as const) {
  describe(`live updates on ${kind}`, () => {
    const names = isolatedRedisNames();
    let database: Database;
    const apis: Api[] = [];
    before(async () => {
      database = await open();
      for (let n = 0; n < replicas; n++) apis.push(await startApi({ database, redisUrl: redis.url, names }));
    });
    after(async () => {
      for (const api of apis) await api[Symbol.asyncDispose]();
      await database.close();
    });

    const events = (api: Api, query = '') => `${api.url}/api/v1/events${query}`;
    /** A commit as the listener of that replica makes it. */
    const commit = async (
      api: Api,
      id: string,
      status: TaskStatus,
      isAnnounced = true,
      task_name = 'tasks.test',
    ) => {
      const event = buildEvent({ task_request_id: id, status, task_name });
      const outcome = await api.service.apply({ events: [inBatch(event)], deadLetters: [] });
      if (!isAnnounced) return;
      await api.announce({ consumer: 'replica', event_ids: [event.event_id], changes: outcome.changes });
    };

    it('every reader of every replica hears of every commit, whoever made it', async () => {
      const readers = await Promise.all(apis.map((api) => readEvents(events(api))));
      for (const api of apis) {
        const id = randomUUID();
        await commit(api, id, 'RUNNING');
        for (const reader of readers) {
          const state = await reader.sees(id, 'RUNNING');
          assert.deepEqual(
            { ...state, revision: 0, last_status_update: '' },
            {
              task_request_id: id,
              status: 'RUNNING',
              task_name: 'tasks.test',
              attempt: 1,
              progress: null,
              last_status_update: '',
              revision: 0,
            },
          );
        }
      }
      for (const reader of readers) await reader.close();
    });

    it('what is submitted over HTTP is heard as well', async () => {
      const readers = await Promise.all(apis.map((api) => readEvents(events(api))));
      const [first] = apis;
      const task = (await first?.post('/api/v1/tasks', { task_name: 'tasks.test' }))?.body;
      for (const reader of readers) {
        await reader.sees(task.task_request_id, 'PENDING');
        await reader.close();
      }
    });

    it('a commit that nobody announced is heard all the same', async () => {
      const readers = await Promise.all(apis.map((api) => readEvents(events(api))));
      const id = randomUUID();
      await Promise.all(readers.map((reader) => reader.settles()));
      for (const api of apis.slice(0, 1)) await commit(api, id, 'SUCCESS', false);
      for (const reader of readers) {
        await reader.sees(id, 'SUCCESS');
        await reader.close();
      }
    });

    it('a reader that comes back, to whichever replica, hears what it missed, and only that', async () => {
      for (const api of apis) {
        const reader = await readEvents(events(api));
        const [before, missed] = [randomUUID(), randomUUID()];
        await commit(api, before, 'RUNNING');
        await reader.sees(before, 'RUNNING');
        await reader.settles();
        // Its place moves on with the commits that it was told.
        const place = reader.lastEventId();
        await waitUntil(() => reader.lastEventId() !== place, {
          what: 'a place behind it',
          timeoutMs: 20_000,
        });
        await reader.close();
        for (const other of apis) await commit(other, missed, 'RUNNING');
        for (const other of apis) {
          await using back = await readEvents(events(other), reader.lastEventId());
          await back.sees(missed, 'RUNNING');
          assert.deepEqual([...back.states.keys()], [missed]);
          assert.equal(back.resets(), 0);
        }
      }
    });

    it('an older state never comes after a newer one', async () => {
      const [api] = apis;
      assert.ok(api);
      await using reader = await readEvents(events(api));
      await reader.settles();
      const id = randomUUID();
      const states = ['RUNNING', 'SUCCESS'] as const;
      const outcomes = [];
      for (const status of states) {
        const event = buildEvent({ task_request_id: id, status });
        outcomes.push(await api.service.apply({ events: [inBatch(event)], deadLetters: [] }));
      }
      for (const outcome of outcomes.toReversed()) {
        await api.announce({ consumer: 'replica', event_ids: [], changes: outcome.changes });
        await reader.sees(id, 'SUCCESS');
      }
      const last = randomUUID();
      await commit(api, last, 'RUNNING');
      await reader.sees(last, 'RUNNING');
      const heard = reader.received.filter((state) => state.task_request_id === id);
      assert.deepEqual(new Set(heard.map((state) => state.status)), new Set(['SUCCESS']));
    });

    it('filters by task, by name and by status, and tells a reader of one task how it is', async () => {
      const [api] = apis;
      assert.ok(api);
      const [wanted, other, last] = [randomUUID(), randomUUID(), randomUUID()];
      await commit(api, wanted, 'PENDING');
      await using ofTask = await readEvents(events(api, `?task_request_id=${wanted}`));
      await using ofName = await readEvents(events(api, '?task_name=tasks.other'));
      await using ofStatus = await readEvents(events(api, '?status=SUCCESS,FAILURE&status=CANCELLED'));
      await using ofAll = await readEvents(events(api));
      await ofTask.sees(wanted, 'PENDING');
      for (const [id, name] of [
        [wanted, 'tasks.test'],
        [other, 'tasks.other'],
      ] as const) {
        for (const status of ['RUNNING', 'SUCCESS'] as const) await commit(api, id, status, true, name);
        await ofAll.sees(id, 'SUCCESS');
      }
      await commit(api, last, 'CANCELLED', true, 'tasks.other');
      await ofTask.sees(wanted, 'SUCCESS');
      await ofName.sees(last, 'CANCELLED');
      await ofStatus.sees(last, 'CANCELLED');
      const heard = (reader: typeof ofTask) => [
        ...new Set(reader.received.map((state) => state.task_request_id)),
      ];
      assert.deepEqual(heard(ofTask), [wanted]);
      assert.deepEqual(heard(ofName), [other, last]);
      assert.deepEqual(heard(ofStatus), [wanted, other, last]);
      assert.ok(ofStatus.received.every((state) => state.status !== 'RUNNING'));
    });

    it('a place that means nothing here, and one from too long ago, lead to a reset', async () => {
      const [api] = apis;
      assert.ok(api);
      for (const place of ['nonsense', '0123456789ab.zz']) {
        await using reader = await readEvents(events(api), place);
        await waitUntil(() => reader.resets() === 1, { what: 'the reset' });
        await using again = await readEvents(events(api), reader.lastEventId());
        await again.settles();
        assert.equal(again.resets(), 0);
      }
    });

    it('says what is wrong with a request, as a problem', async () => {
      const [api] = apis;
      assert.ok(api);
      const wrongStatus = await api.get('/api/v1/events?status=DONE');
      assert.deepEqual([wrongStatus.status, wrongStatus.body.code], [400, 'request_invalid']);
      assert.match(wrongStatus.body.detail, /PENDING/);
      const response = await fetch(events(api), { headers: { accept: 'application/json' } });
      assert.equal(response.status, 406);
      assert.equal(((await response.json()) as { code: string }).code, 'not_acceptable');
    });

    it('a reader that reads nothing is dropped, while the others hear all', async () => {
      const [api] = apis;
      assert.ok(api);
      await using attentive = await readEvents(events(api));
      await attentive.settles();
      await waitUntil(() => api.live.readers() === 1, { what: 'the readers of before to be gone' });
      const { hostname, port } = new URL(api.url);
      const silent = new Socket().pause().on('error', () => {});
      silent.connect(Number(port), hostname);
      silent.write(`GET /api/v1/events HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
      await waitUntil(() => api.live.readers() === 2, { what: 'the second reader' });

      let [revision, bytes] = [Date.now() * 1_000, 0];
      while (api.live.readers() === 2) {
        const changes = Array.from({ length: 1_000 }, (_, n) => ({
          task_request_id: `flood-${n}`,
          status: 'RUNNING',
          task_name: 'n'.repeat(200),
          attempt: 1,
          progress: null,
          last_status_update: '',
          revision: ++revision,
          transaction: 1,
        }));
        bytes += JSON.stringify(changes).length;
        await api.announce({ consumer: 'replica', event_ids: [], changes });
        const last = revision;
        await waitUntil(() => attentive.states.get('flood-999')?.revision === last, { what: 'the flood' });
        // The kernel takes some MB for a connection; the rest would have to be memory of this process.
        assert.ok(bytes < 32 * 1_048_576, `${bytes} bytes are kept for a reader that reads nothing`);
      }
      silent.destroy();
      assert.equal(attentive.hasEnded(), false);
    });
  });
}
