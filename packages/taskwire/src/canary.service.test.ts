import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openPostgres } from '@taskwire/listener';
import { failOnLeaks, waitUntil } from '@taskwire/test-harness';
import {
  type CommandEnvironment,
  commandEnvironment,
  ready,
  run,
  SLOW_MS,
  taskwire,
  urlOf,
} from '../test/command-bed.ts';
import { type SecuredRedis, startSecuredRedis } from '../test/secured-redis.ts';

failOnLeaks();

const drawn = (name: string): string => `${name}-${randomBytes(24).toString('hex')}`;
const key = (): string => randomBytes(32).toString('base64');

/** One of each kind; whoever finds one of them somewhere knows what leaked. */
const CANARIES = {
  operatorToken: drawn('oper'),
  viewerToken: drawn('view'),
  mistypedToken: drawn('typo'),
  databasePassword: drawn('base'),
  wrongRedisPassword: drawn('fake'),
  signingKey: key(),
  certificateKey: key(),
  secretParam: drawn('para'),
  plaintext: drawn('text'),
  inEvent: drawn('even'),
  inRefusedBody: drawn('body'),
} as const;
type Canary = keyof typeof CANARIES | 'redisPassword';

/** The name of a canary and some of what was drawn for it. */
const SHOWN_MIN = 10;

interface Found {
  readonly place: string;
  readonly text: string;
}

class Places {
  readonly #found: Found[] = [];

  add(place: string, text: string): void {
    this.#found.push({ place, text });
  }

  /** Which canary is where; its beginning is enough, as in a message that shows a part. */
  leaks(canaries: Readonly<Record<Canary, string>>): readonly string[] {
    return this.#found.flatMap(({ place, text }) =>
      Object.entries(canaries)
        .map(([name, value]) => [name, value.slice(0, SHOWN_MIN)] as const)
        .filter(([, value]) => text.includes(value) || text.includes(encodeURIComponent(value)))
        .map(([name, value]) => `${name} in ${place}: …${around(text, value)}…`),
    );
  }
}

const around = (text: string, value: string): string => {
  const at = text.indexOf(value);
  return text.slice(Math.max(0, at - 200), at + 80);
};

test('no token, password, key or secret parameter gets into a log, an answer, a live update, a metric, a row, an outbox or an ended job, whatever goes wrong', async (t) => {
  const bed = await commandEnvironment(t, 'redis://127.0.0.1:1');
  await using redis = await startSecuredRedis({ env: bed });
  const databaseUrl = new URL(bed.DATABASE_URL);
  databaseUrl.password = CANARIES.databasePassword;
  const env: CommandEnvironment = {
    ...bed,
    LOG_LEVEL: 'debug',
    DATABASE_URL: databaseUrl.href,
    TASKWIRE_OPERATOR_TOKENS: `alice:${CANARIES.operatorToken}`,
    TASKWIRE_VIEWER_TOKENS: `bob:${CANARIES.viewerToken}`,
    TASKWIRE_SIGNATURES_REQUIRED: 'version_1',
    TASKWIRE_VERIFY_KEYS: `k1:${CANARIES.signingKey}`,
  };
  const workerEnv: CommandEnvironment = {
    ...bed,
    LOG_LEVEL: 'debug',
    REDIS_URL: redis.urlOf('worker'),
    TASKWIRE_SIGNING_KEY: `k1:${CANARIES.signingKey}`,
    TASKWIRE_CERTIFICATE_KEYS: `c1:${CANARIES.certificateKey}`,
  };
  const canaries = { ...CANARIES, redisPassword: new URL(redis.urlOf('web')).password };
  const places = new Places();

  await using server = await taskwire({ ...env, REDIS_URL: redis.urlOf('web') }, 'web');
  const url = await urlOf(server);
  await ready(url);
  await using worker = await taskwire(workerEnv, 'worker');
  await worker.waitForLine(/worker takes tasks/, SLOW_MS);

  const ask = async (place: string, init: RequestInit & { readonly token?: string } = {}) => {
    const token = init.token ?? CANARIES.operatorToken;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers };
    const response = await fetch(`${url}${place}`, { ...init, headers });
    const text = await response.text();
    const { 'set-cookie': _cookie, ...others } = Object.fromEntries(response.headers);
    places.add(`${init.method ?? 'GET'} ${place}`, `${JSON.stringify(others)}\n${text}`);
    return { status: response.status, text };
  };
  const post = (place: string, body: unknown, token?: string) =>
    ask(place, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(token === undefined ? {} : { token }),
    });
  const live = new AbortController();
  const stream = await fetch(`${url}/api/v1/events`, {
    headers: { authorization: `Bearer ${CANARIES.viewerToken}` },
    signal: live.signal,
  });
  const heard = (async () => {
    let text = '';
    try {
      for await (const chunk of stream.body ?? []) text += Buffer.from(chunk).toString();
    } catch {
      // We ended it.
    }
    return text;
  })();

  const submit = async (task_name: string, params: object): Promise<string> =>
    JSON.parse((await post('/api/v1/tasks', { task_name, params })).text).task_request_id;
  const until = (id: string, status: string) =>
    waitUntil(async () => JSON.parse((await ask(`/api/v1/tasks/${id}`)).text).status === status, {
      what: `${status} of ${id}`,
      timeoutMs: SLOW_MS,
    });
  const good = await submit('tasks.web.certificate.encrypt_certificate_data', { data: CANARIES.plaintext });
  await until(good, 'SUCCESS');
  const bad = await submit('tasks.web.system.analyze_resources', { password: CANARIES.secretParam });
  await until(bad, 'FAILURE');
  const nested = { endpoints: [{ host: { private_key: CANARIES.secretParam } }] };
  await until(await submit('tasks.web.diagnostics.analyze_ssl_certificates', nested), 'FAILURE');

  // What nobody can apply, and what somebody says of himself.
  const letters = [
    `{"task_request_id":"x","status":"WRONG","data":{"password":"${CANARIES.inEvent}"}}`,
    `{"task_request_id":"x","token":"${CANARIES.inEvent}`,
    `{"password":${CANARIES.inEvent}}`,
  ];
  for (const letter of letters) {
    await redis.as('producer', 'LPUSH', bed.TASK_STATUS_QUEUE_NAME, letter);
  }
  await waitUntil(
    async () => JSON.parse((await ask('/api/v1/dead-letters')).text).dead_letters.length === letters.length,
    { what: 'the dead letters' },
  );
  const told = {
    task_request_id: good,
    status: 'RUNNING',
    timestamp: new Date().toISOString(),
    worker_container: 'w',
  };
  await post('/api/v1/events', { ...told, data: { kwargs: { api_key: CANARIES.inEvent } } });

  // Who is refused, and for what.
  assert.equal((await ask('/api/v1/tasks', { token: CANARIES.mistypedToken })).status, 401);
  assert.equal((await post('/api/v1/session', { token: CANARIES.mistypedToken })).status, 401);
  assert.equal((await post('/api/v1/session', { token: CANARIES.viewerToken })).status, 200);
  assert.equal((await post('/api/v1/tasks', {}, CANARIES.viewerToken)).status, 403);
  const secret = { password: CANARIES.inRefusedBody };
  for (const body of [
    { task_name: 5, params: secret },
    { task_name: 'x', params: [secret] },
    { task_name: 'x', ...secret },
    { task_name: 'x', params: {}, options: { attempts: secret } },
    `{"password": ${CANARIES.inRefusedBody}}`,
    `{"password": "${CANARIES.inRefusedBody}"`,
  ]) {
    assert.equal((await post('/api/v1/tasks', body)).status, 400);
  }
  assert.equal((await post(`/api/v1/tasks/${bad}/rerun`, {})).status, 400);
  await post('/api/v1/events', { password: CANARIES.inEvent, task_request_id: 'x', status: 'NO' });

  for (const place of [
    ...['/api/v1/tasks', `/api/v1/tasks/${good}`, `/api/v1/tasks/${bad}`, '/api/v1/dead-letters/1'],
    ...['/api/v1/workers', '/api/v1/publishers', '/api/v1/stats', '/api/v1/task-names', '/api/v1/audit'],
    ...['/health/ready', '/metrics', '/openapi.json'],
  ]) {
    assert.equal((await ask(place)).status, 200, place);
  }

  // On the command line, over HTTP and without.
  const overApi = { ...bed, TASKWIRE_API_URL: url, TASKWIRE_TOKEN: CANARIES.operatorToken };
  const local = { ...env, REDIS_URL: redis.urlOf('web') };
  for (const words of [
    ['tasks', 'show', bad],
    ['tasks', 'list', '--json'],
    ['tasks', 'rerun', bad],
    ['dead-letters', 'list'],
    ['dead-letters', 'show', '1', '--json'],
    ['doctor'],
  ]) {
    for (const how of [overApi, local]) {
      const { output, errors } = await run(how, ...words);
      places.add(`taskwire ${words.join(' ')}`, `${output}\n${errors}`);
    }
  }
  live.abort();
  places.add('live updates', await heard);
  await server.stop();
  await worker.stop();
  places.add('the log of the web process', server.output());
  places.add('the log of the worker', worker.output());
  await addWrongStarts(places, { ...env, REDIS_URL: redis.urlOf('web') }, { ...workerEnv });

  places.add('Redis', await everythingIn(redis, bed.TASKWIRE_TASK_QUEUE));
  for (const file of readdirSync(bed.TASKWIRE_DATA_DIR, { recursive: true, encoding: 'utf8' })) {
    if (/sqlite/.test(file)) places.add(file, readFileSync(path.join(bed.TASKWIRE_DATA_DIR, file), 'latin1'));
  }
  assert.deepEqual(places.leaks(canaries), []);

  // Kept as it came, so that it can be applied one day: see docs/security.md. Everything else in the database is clean.
  const stored = new Places();
  for (const [table, text] of await tablesOf(bed.DATABASE_URL)) stored.add(table, text);
  const leaks = stored.leaks(canaries).map((leak) => leak.split(':')[0]);
  assert.deepEqual(
    new Set(leaks.map((leak) => leak?.replace(/task_logs_\w+/, 'task_logs'))),
    new Set(['inEvent in dead_letters', 'inEvent in task_logs']),
  );
});

/** What is said where an address, a password or a key is wrong. */
async function addWrongStarts(
  places: Places,
  env: CommandEnvironment,
  workerEnv: CommandEnvironment,
): Promise<void> {
  const wrongPassword = (address: string | undefined): string => {
    const wrong = new URL(address ?? '');
    wrong.password = CANARIES.wrongRedisPassword;
    return wrong.href;
  };
  const unreachable = `postgres://u:${CANARIES.databasePassword}@127.0.0.1:1/none`;
  for (const [name, words, wrong, line] of [
    ['web', ['web'], { ...env, REDIS_URL: wrongPassword(env.REDIS_URL) }, /WRONGPASS/],
    ['listener', ['listener'], { ...env, REDIS_URL: wrongPassword(env.REDIS_URL) }, /WRONGPASS/],
    ['worker', ['worker'], { ...workerEnv, REDIS_URL: wrongPassword(workerEnv.REDIS_URL) }, /WRONGPASS/],
    ['web without database', ['web'], { ...env, DATABASE_URL: unreachable }, /ECONNREFUSED/],
  ] as const) {
    await using started = await taskwire(wrong, ...words);
    await started.waitForLine(line, SLOW_MS);
    await started.stop();
    places.add(`the log of ${name} with a wrong address`, started.output());
  }
  for (const wrong of [
    { REDIS_URL: `http://u:${CANARIES.wrongRedisPassword}@h` },
    { DATABASE_URL: `mysql://u:${CANARIES.databasePassword}@h` },
    { TASKWIRE_OPERATOR_TOKENS: `a b:${CANARIES.operatorToken}` },
    { TASKWIRE_VERIFY_KEYS: `a b:${CANARIES.signingKey}` },
    { TASKWIRE_VERIFY_KEYS: `a:${CANARIES.signingKey}x` },
  ]) {
    const { code, output, errors } = await run({ ...env, ...wrong }, 'web');
    assert.equal(code, 1, Object.keys(wrong)[0]);
    places.add(`web with a wrong ${Object.keys(wrong)[0]}`, `${output}\n${errors}`);
  }
  const worker = await taskwire(
    { ...workerEnv, TASKWIRE_CERTIFICATE_KEYS: `a b:${CANARIES.certificateKey}` },
    'worker',
  );
  assert.equal((await worker.exited).code, 1);
  places.add('worker with a wrong key', worker.output());
}

async function everythingIn(redis: SecuredRedis, queue: string): Promise<string> {
  const [, keys] = (await redis.as('admin', 'SCAN', 0, 'COUNT', 100_000)) as [string, string[]];
  const readers: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
    string: (name) => redis.as('admin', 'GET', name),
    hash: (name) => redis.as('admin', 'HGETALL', name),
    list: (name) => redis.as('admin', 'LRANGE', name, 0, -1),
    zset: (name) => redis.as('admin', 'ZRANGE', name, 0, -1),
    set: (name) => redis.as('admin', 'SMEMBERS', name),
    stream: (name) => redis.as('admin', 'XRANGE', name, '-', '+'),
  };
  let text = '';
  for (const name of keys) {
    const type = String(await redis.as('admin', 'TYPE', name));
    text += `${name} ${JSON.stringify(await readers[type]?.(name))}\n`;
  }
  assert.ok(text.includes(`bull:${queue}:`), 'there are jobs to look at');
  return text;
}

async function tablesOf(url: string): Promise<ReadonlyMap<string, string>> {
  const database = openPostgres({ url });
  const query = <Row>(sql: string) => database.query<Row>({ name: '', sql });
  try {
    const tables = await query<{ relname: string }>(
      "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    const texts = new Map<string, string>();
    for (const { relname } of tables) {
      const rows = await query<{ row: string }>(`SELECT t::text AS row FROM "${relname}" AS t`);
      texts.set(relname, rows.map(({ row }) => row).join('\n'));
    }
    return texts;
  } finally {
    await database.close();
  }
}
