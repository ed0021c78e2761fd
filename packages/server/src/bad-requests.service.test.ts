import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Database, openPostgres } from '@taskwire/listener';
import { failOnLeaks, freshDatabaseUrl, isolatedRedisNames, sharedRedisUrl } from '@taskwire/test-harness';
import { type Answer, type Api, startApi } from '../test/start-api.ts';

failOnLeaks();

describe('a request that is not right', () => {
  let database: Database;
  let api: Api;
  before(async () => {
    database = await openPostgres({ url: await freshDatabaseUrl() });
    const taskNames = new Set(['tasks.known']);
    api = await startApi({
      database,
      redisUrl: await sharedRedisUrl(),
      names: isolatedRedisNames(),
      taskNames,
    });
  });
  after(async () => {
    await api[Symbol.asyncDispose]();
    await database.close();
  });

  function assertProblem(
    answer: Answer,
    status: number,
    code: string,
    detail: RegExp,
    instance: string,
  ): void {
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    const { title, detail: given, ...rest } = answer.body;
    assert.deepEqual(rest, { type: `urn:taskwire:problem:${code}`, status, code, instance });
    assert.ok(title.length > 5);
    assert.match(given, detail);
    assert.doesNotMatch(JSON.stringify(answer.body), /\bat .*\.(ts|js)\b|node_modules/, 'a stack trace');
  }

  const known = { task_name: 'tasks.known' };
  const bodies: readonly (readonly [name: string, body: unknown, detail: RegExp])[] = [
    ['that is not JSON', '{"task_name":', /JSON/],
    ['that is empty', '', /body|empty/i],
    ['that is no object', '[]', /expected an object with task_name, got an array/],
    ['that is a text', '"x"', /the request: expected an object/],
    ['without task_name', {}, /^task_name: missing$/],
    [
      'with a task_name that is a number',
      { task_name: 5 },
      /^task_name: expected a text of 1 to 255.*got 5$/,
    ],
    ['with an empty task_name', { task_name: '' }, /^task_name: expected/],
    ['with a line end in task_name', { task_name: 'a\nb' }, /^task_name: expected/],
    ['with a task_name of 256 characters', { task_name: 'x'.repeat(256) }, /^task_name: expected/],
    [
      'with a field that nobody knows',
      { ...known, parms: {} },
      /parms.*not known here; there is task_name, params/,
    ],
    ['with params that are a list', { ...known, params: [] }, /^params: expected an object/],
    ['with params of null', { ...known, params: null }, /^params: expected an object.*got null$/],
    ['with NUL in params', { ...known, params: { a: ['\u0000'] } }, /^params: .*NUL/],
    ['with a lone surrogate in params', { ...known, params: { '\ud800': 1 } }, /^params: .*surrogate/],
    [
      'with a number that would be rounded',
      '{"task_name":"tasks.known","params":{"a":9007199254740993}}',
      /rounded/,
    ],
    ['with a number beyond all', '{"task_name":"tasks.known","params":{"a":1e400}}', /rounded/],
    ['with __proto__', '{"task_name":"tasks.known","params":{"__proto__":{"x":1}}}', /not valid JSON/],
    ['with a lone surrogate in task_name', '{"task_name":"\\ud800"}', /^task_name: .*surrogate/],
    [
      'nested 10,000 deep where nothing is nested',
      `{"task_name":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
      /^task_name: nested deeper than 64/,
    ],
    [
      'nested 10,000 deep',
      `{"task_name":"tasks.known","params":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`,
      /deeper than 64/,
    ],
    [
      'with attempts of 0',
      { ...known, options: { attempts: 0 } },
      /^options\.attempts: expected a whole number/,
    ],
    ['with attempts in quotes', { ...known, options: { attempts: '2' } }, /^options\.attempts: expected/],
    ['with an option that nobody knows', { ...known, options: { delay: 1 } }, /delay.*not known here/],
    ['with a colon in the id', { ...known, task_request_id: 'a:b' }, /task_request_id: .*colon/],
    [
      'with an id that is a whole number',
      { ...known, task_request_id: '-12' },
      /task_request_id: .*whole number/,
    ],
    [
      'with an id that the queue uses itself',
      { ...known, task_request_id: 'wait' },
      /task_request_id: .*itself/,
    ],
    [
      'with an id of 256 characters',
      { ...known, task_request_id: 'x'.repeat(256) },
      /task_request_id: expected/,
    ],
  ];
  for (const [name, body, detail] of bodies) {
    it(`is refused when it submits a body ${name}`, async () => {
      assertProblem(await api.post('/api/v1/tasks', body), 400, 'request_invalid', detail, '/api/v1/tasks');
    });
  }

  it('leaves no task behind', async () => {
    assert.deepEqual((await api.get('/api/v1/tasks')).body.tasks, []);
  });

  it('is refused when it submits a task that no worker here runs', async () => {
    const answer = await api.post('/api/v1/tasks', { task_name: 'tasks.unknown' });
    assertProblem(answer, 422, 'task_unknown', /tasks\.unknown/, '/api/v1/tasks');
  });

  it('is refused when it is larger than a MiB, or of another kind than JSON', async () => {
    const large = { ...known, params: { text: 'x'.repeat(1_100_000) } };
    assertProblem(await api.post('/api/v1/tasks', large), 413, 'request_too_large', /large/, '/api/v1/tasks');
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const answer = await api.post('/api/v1/tasks', JSON.stringify(known), { 'content-type': type });
      assertProblem(answer, 415, 'media_type_unsupported', /./, '/api/v1/tasks');
    }
  });

  const queries: readonly (readonly [query: string, detail: RegExp])[] = [
    ['tasks?limit=0', /^limit: expected a whole number from 1 to 200, got 0$/],
    ['tasks?limit=201', /^limit: expected/],
    ['tasks?limit=many', /^limit: expected .*got "many"$/],
    ['tasks?limit=1&limit=2', /^limit: expected/],
    ['tasks?status=running', /^status: expected one of PENDING, RUNNING/],
    ['tasks?status=', /^status: expected one of/],
    ['tasks?status=RUNNING,done', /^status: expected one of .*got "done"/],
    ['tasks?sort=name', /^sort: expected one of -created_at/],
    ['tasks?conflict=perhaps', /^conflict: expected true or false, got "perhaps"/],
    ['tasks?q=', /^q: expected a text/],
    ['tasks?created_after=yesterday', /^created_after: expected an RFC 3339 date-time/],
    ['tasks?created_before=2026-13-01T00:00:00Z', /^created_before: expected an RFC 3339 date-time/],
    ['publishers?with_holes=maybe', /^with_holes: expected true or false/],
    ['publishers?cursor=WyJ4IiwieSJd', /^cursor: expected/],
    ['dead-letters?state=closed', /^state: expected one of open/],
    ['dead-letters?lane=post', /^lane: expected one of stream/],
    ['stats/series?minutes=0', /^minutes: expected a whole number from 1/],
    ['stats/series?step_s=15', /^step_s: expected a multiple of 10/],
    ['stats/series?minutes=1000&step_s=10', /^step_s: expected at least 60 for 1000 minutes, got 10$/],
    ['stats/series?minutes=2000&step_s=200', /^step_s: expected a multiple of 300 for more than a day/],
    ['dead-letters/0', /^id: expected a whole number/],
    ['tasks?name=x', /name.*not known here/],
    ['tasks?id_prefix=%00', /^id_prefix: expected/],
    ['tasks?cursor=abc', /^cursor: expected next_cursor/],
    [`tasks?cursor=${Buffer.from('["now","x"]').toString('base64url')}`, /^cursor: expected/],
    [`tasks?cursor=${Buffer.from('["2026-01-01T00:00:00Z"]').toString('base64url')}`, /^cursor: expected/],
    ['dead-letters?reason=other', /^reason: expected one of not_utf8/],
    ['dead-letters?cursor=WyJ4Il0', /^cursor: expected/],
  ];
  for (const [query, detail] of queries) {
    it(`is refused when it asks for ${query}`, async () => {
      const path = `/api/v1/${query}`;
      assertProblem(await api.get(path), 400, 'request_invalid', detail, path.split('?')[0] ?? '');
    });
  }

  const bulks: readonly (readonly [name: string, body: unknown])[] = [
    ['nothing', {}],
    ['no ids', { ids: [] }],
    ['too many ids', { ids: Array.from({ length: 1_001 }, (_, index) => index + 1) }],
    ['an id that is none', { ids: [0] }],
    ['ids and a filter', { ids: [1], filter: {} }],
    ['an unknown filter', { filter: { reasons: 'not_json' } }],
  ];
  for (const [name, body] of bulks) {
    it(`is refused when it wants many dead letters discarded by ${name}`, async () => {
      const path = '/api/v1/dead-letters/discard';
      const expected = /^the request: expected an object with ids \(1 to 1000\), or with filter/;
      assertProblem(await api.post(path, body), 400, 'request_invalid', expected, path);
    });
  }

  it('is refused when it wants something done with a task that is not there', async () => {
    for (const what of ['cancel', 'rerun']) {
      const path = `/api/v1/tasks/none/${what}`;
      assertProblem(await api.post(path), 404, 'not_found', /There is no task "none"/, path);
    }
  });

  const events: readonly (readonly [name: string, body: string, detail: RegExp])[] = [
    ['nothing', '', /expected an event or an array of events, got nothing/],
    ['no JSON', '{"task_request_id":', /got no JSON/],
    ['too many events', `[${'{},'.repeat(1_000)}{}]`, /at most 1000 events, got 1001/],
  ];
  for (const [name, body, detail] of events) {
    it(`is refused when it hands in ${name} for events, and nothing is kept`, async () => {
      assertProblem(await api.post('/api/v1/events', body), 400, 'request_invalid', detail, '/api/v1/events');
      assert.deepEqual((await api.get('/api/v1/dead-letters')).body.dead_letters, []);
    });
  }

  it('is refused when it hands in more than 8 MiB of events, or another kind than JSON', async () => {
    const path = '/api/v1/events';
    const large = JSON.stringify('x'.repeat(8 * 1_048_576));
    assertProblem(await api.post(path, large), 413, 'request_too_large', /./, path);
    const answer = await api.post(path, '{}', { 'content-type': 'text/plain' });
    assertProblem(answer, 415, 'media_type_unsupported', /./, path);
  });

  it('is not found where there is nothing', async () => {
    const paths = [
      '/api/v1/tasks/none',
      '/api/v1/tasks/%00',
      '/api/v1/other',
      '/',
      `/api/v1/tasks/${'x'.repeat(2_000)}`,
    ];
    for (const path of paths) assertProblem(await api.get(path), 404, 'not_found', /There is no/, path);
    assertProblem(await api.post('/api/v1/stats', {}), 404, 'not_found', /no POST/, '/api/v1/stats');
  });

  it('is refused when its path cannot be read', async () => {
    assertProblem(await api.get('/api/v1/tasks/%zz'), 400, 'request_invalid', /./, '/api/v1/tasks/%zz');
    const answer = await api.post('/api/v1/dead-letters/first/replay');
    assertProblem(answer, 400, 'request_invalid', /^id: expected/, '/api/v1/dead-letters/first/replay');
  });

  it('gets headers that keep browsers from misreading the answer', async () => {
    for (const path of ['/api/v1/tasks', '/none']) {
      const { headers } = await api.get(path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
  });
});
