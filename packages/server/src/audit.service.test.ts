import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type Database, openPostgres } from '@taskwire/listener';
import { failOnLeaks, freshDatabaseUrl, isolatedRedisNames, sharedRedisUrl } from '@taskwire/test-harness';
import { type Api, startApi } from '../test/start-api.ts';
import { createTokenAccess } from './access/access.ts';
import { readAccessTokens } from './access/access-token.ts';

failOnLeaks();

const operator = randomBytes(24).toString('base64url');

describe('the audit log of the API', () => {
  let database: Database;
  let api: Api;
  before(async () => {
    database = await openPostgres({ url: await freshDatabaseUrl() });
    const tokens = readAccessTokens({
      operatorTokens: [`olga:${operator}`],
      operatorTokensFile: undefined,
      viewerTokens: [],
      viewerTokensFile: undefined,
    });
    api = await startApi({
      database,
      redisUrl: await sharedRedisUrl(),
      names: isolatedRedisNames(),
      access: createTokenAccess({ tokens, sessionMs: 60_000, clock: Date.now }),
      token: operator,
    });
  });
  after(async () => {
    await api.jobs.obliterate({ force: true });
    await api[Symbol.asyncDispose]();
    await database.close();
  });

  const audit = async (query = '') => (await api.get(`/api/v1/audit${query}`)).body;
  const newest = async (query = '') => (await audit(query)).entries[0];

  it('tells who signed in, and from where', async () => {
    assert.equal((await api.post('/api/v1/session', { token: operator })).status, 200);
    assert.equal((await api.post('/api/v1/session', { token: 'wrong' })).status, 401);
    const { entries } = await audit('?action=sign_in');
    assert.equal(entries.length, 1);
    const { id: _, at: __, ...entry } = entries[0];
    assert.deepEqual(entry, {
      actor: 'olga',
      role: 'operator',
      action: 'sign_in',
      target: null,
      detail: {},
      remote_address: '127.0.0.1',
    });
  });

  it('tells who submitted a task, and not with what', async () => {
    const { body } = await api.post('/api/v1/tasks', { task_name: 'tasks.test', params: { a: 'hunter2' } });
    const { actor, action, target, detail } = await newest(`?task_request_id=${body.task_request_id}`);
    assert.deepEqual([actor, action, target], ['olga', 'submit', body.task_request_id]);
    assert.deepEqual(detail, { task_name: 'tasks.test' });
    assert.ok(!JSON.stringify(await audit()).includes('hunter2'));
  });

  it('tells who replayed and who discarded, alone or in bulk', async () => {
    const letter = (task: string, payload: string) => ({
      lane: 'stream' as const,
      reason: 'invalid_field' as const,
      detail: 'a test',
      payload,
      payload_bytes: payload.length,
      task_request_id: task,
      publisher_id: null,
      sequence: null,
    });
    const event = (task: string) =>
      JSON.stringify({
        task_request_id: task,
        status: 'RUNNING',
        timestamp: new Date().toISOString(),
        data: {},
        worker_container: 'w',
      });
    const tasks = ['a', 'b', 'c', 'd'];
    await api.service.apply({ events: [], deadLetters: tasks.map((task) => letter(task, event(task))) });
    const idOf = async (task: string): Promise<number> =>
      (await api.get(`/api/v1/dead-letters?task_request_id=${task}`)).body.dead_letters[0].id;
    const ids = await Promise.all(tasks.map(idOf));
    await api.post(`/api/v1/dead-letters/${ids[0]}/replay`);
    await api.post(`/api/v1/dead-letters/${ids[1]}/discard`);
    await api.post('/api/v1/dead-letters/replay', { ids: [ids[2]] });
    await api.post('/api/v1/dead-letters/discard', { ids: [ids[3]] });
    for (const [index, [task, action]] of Object.entries({
      a: 'replay',
      b: 'discard',
      c: 'replay',
      d: 'discard',
    }).entries()) {
      const entry = await newest(`?task_request_id=${task}`);
      assert.deepEqual([entry.actor, entry.action, entry.target], ['olga', action, String(ids[index])]);
    }
  });

  it('is paged', async () => {
    const first = await audit('?limit=2');
    const second = await audit(`?limit=2&cursor=${first.next_cursor}`);
    const ids = [...first.entries, ...second.entries].map(({ id }: { id: number }) => id);
    assert.equal(ids.length, 4);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => b - a),
    );
    assert.equal((await api.get('/api/v1/audit?cursor=x')).status, 400);
    assert.equal((await api.get('/api/v1/audit?action=other')).status, 400);
  });
});
