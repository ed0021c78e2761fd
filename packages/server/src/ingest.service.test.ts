import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type Database, openPostgres } from '@taskwire/listener';
import { createEventIdSource } from '@taskwire/protocol';
import { failOnLeaks, freshDatabaseUrl, isolatedRedisNames, sharedRedisUrl } from '@taskwire/test-harness';
import { type Api, startApi } from '../test/start-api.ts';

failOnLeaks();

const newEventId = createEventIdSource({ now: Date.now, random: randomBytes });

describe('events over HTTP', () => {
  let database: Database;
  let api: Api;

  before(async () => {
    database = await openPostgres({ url: await freshDatabaseUrl() });
    api = await startApi({ database, redisUrl: await sharedRedisUrl(), names: isolatedRedisNames() });
  });
  after(async () => {
    await api[Symbol.asyncDispose]();
    await database.close();
  });

  const v0 = (task_request_id: string, status: string) => ({
    task_request_id,
    status,
    timestamp: new Date().toISOString(),
    data: {},
    worker_container: 'far-away',
  });
  const v1 = (task_request_id: string, status: string) => ({
    ...v0(task_request_id, status),
    schema_version: 1,
    event_id: newEventId(),
    publisher_id: 'over-http',
    sequence: 1,
    attempt: 1,
  });
  const send = (body: unknown) => api.post('/api/v1/events', body);

  it('takes one event, and the same one again as a duplicate', async () => {
    const event = v0('one', 'RUNNING');
    const { status, body } = await send(event);
    assert.deepEqual([status, body], [202, { accepted: 1, duplicates: 0, dead_lettered: [] }]);
    assert.deepEqual((await send([event])).body, { accepted: 0, duplicates: 1, dead_lettered: [] });
    const task = (await api.get('/api/v1/tasks/one')).body;
    assert.deepEqual([task.status, task.history[0].lane], ['RUNNING', 'http']);
  });

  it('takes many, keeps what is no event as dead letters, and names each of them', async () => {
    const reused = v1('many', 'RUNNING');
    const events = [
      v1('many', 'SUCCESS'),
      { ...v0('many', 'RUNNING'), status: 'running' },
      reused,
      reused,
      { ...reused, task_request_id: 'other' },
      5,
      { ...v0('many', 'RUNNING'), schema_version: 9 },
    ];
    const { status, body } = await send(events);
    assert.equal(status, 202);
    const reasons = body.dead_lettered.map((each: { index: number; reason: string }) => [
      each.index,
      each.reason,
    ]);
    assert.deepEqual(reasons, [
      [1, 'invalid_field'],
      [4, 'event_id_reused'],
      [5, 'not_an_object'],
      [6, 'unknown_schema_version'],
    ]);
    assert.match(body.dead_lettered[0].detail, /^status: expected one of RUNNING/);
    const { dead_letters } = (await api.get('/api/v1/dead-letters?lane=http')).body;
    assert.ok(dead_letters.some(({ payload }: { payload: string }) => payload === '5'));
    assert.equal((await api.get('/api/v1/tasks/many')).body.status, 'SUCCESS');
  });

  it('refuses an event_id that is used again with other content', async () => {
    const event = v1('first', 'RUNNING');
    await send(event);
    const { body } = await send({ ...event, task_request_id: 'second' });
    assert.deepEqual(
      body.dead_lettered.map((each: { reason: string }) => each.reason),
      ['event_id_reused'],
    );
    assert.equal((await api.get('/api/v1/tasks/second')).status, 404);
  });

  it('keeps the digits of large numbers, as on the wire', async () => {
    const text = JSON.stringify(v0('digits', 'SUCCESS')).replace(
      '"data":{}',
      '"data":{"result":9007199254740993}',
    );
    assert.equal((await send(`[${text}]`)).body.accepted, 1);
    const [row] = await database.query<{ result: string }>({
      name: '',
      sql: `SELECT result::text AS result FROM task_requests WHERE task_request_id = 'digits'`,
    });
    assert.equal(row?.result, '9007199254740993');
  });

  it('takes an empty array for nothing', async () => {
    assert.deepEqual((await send([])).body, { accepted: 0, duplicates: 0, dead_lettered: [] });
  });

  it('counts what comes in over HTTP in the figures over time', async () => {
    const series = async () => (await api.get('/api/v1/stats/series?minutes=10&step_s=60')).body;
    await send(v1('counted', 'SUCCESS'));
    await api.flushStats();
    const { points, step_s, from, to } = await series();
    assert.deepEqual([step_s, points.length, points[0].at], [60, 10, from]);
    assert.ok(to > new Date().toISOString());
    const sum = (what: string) => points.reduce((all: number, point: never) => all + point[what], 0);
    assert.ok(sum('events') >= 5, String(sum('events')));
    assert.ok(sum('dead_letters') >= 3);
    const full = points.findLast((point: { events: number }) => point.events > 0);
    assert.ok(full.delivery_latency_ms.p99 >= full.delivery_latency_ms.p50);
    assert.equal(points[0].delivery_latency_ms, null);
  });
});
