import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  failOnLeaks,
  freshDatabaseUrl,
  type StartedProcess,
  startProcess,
  startRedis,
  waitUntil,
} from '@taskwire/test-harness';
import pg from 'pg';

failOnLeaks();

const MAIN = new URL('../../packages/taskwire/src/main.ts', import.meta.url);
const NINE = /^9 of 9 tasks are SUCCESS$/m;

function folder(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-once-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20 }));
  return directory;
}

/** From another folder than the repository, with temporary files of its own. */
function taskwire(t: TestContext, env: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const cwd = folder(t);
  return startProcess(MAIN, { arguments: words, env: { TMPDIR: cwd, ...env }, cwd });
}

async function ends(once: StartedProcess) {
  const exit = await once.exited;
  return { ...exit, output: once.output() };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

function parentOf(pid: number): number {
  try {
    // After the name, which stands in brackets and may hold anything: state, parent, …
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(parent);
  } catch {
    return 0; // It has ended meanwhile.
  }
}

/** The ids of all processes that a process has started, and those of them. */
function descendants(pid: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(Number(name))] as const);
  const below = (parent: number): readonly number[] =>
    parents.flatMap(([child, its]) => (its === parent ? [child, ...below(child)] : []));
  return below(pid);
}

test('taskwire up --once runs the nine tasks on a Redis and a database of its own, and leaves nothing behind', async (t) => {
  const cwd = folder(t);
  await using once = await startProcess(MAIN, {
    arguments: ['up', '--once'],
    env: { TMPDIR: cwd, NO_COLOR: '1' },
    cwd,
  });
  const { code, output } = await ends(once);
  assert.equal(code, 0, output);
  assert.match(output, NINE);
  const table = output.slice(output.lastIndexOf('  task '));
  assert.equal(table.match(/ {2}SUCCESS {2}/g)?.length, 9, table);
  assert.match(output, /^\d\d:\d\d:\d\d\.\d{3} {2}system\.analyze_resources +PENDING$/m);
  assert.match(
    output,
    /^\d\d:\d\d:\d\d\.\d{3} {2}certificate\.decrypt_certificate_data +SUCCESS +\d\.\d{3} s$/m,
  );
  assert.ok(!output.includes('\u001b'), 'no colours where there is no terminal');
  assert.deepEqual(readdirSync(cwd), []);
});

test('taskwire up --once uses the Redis and the database that are named, and leaves no key in that Redis', async (t) => {
  await using redis = await startRedis();
  await redis.command('SET', 'somebody', 'else');
  const env = { REDIS_URL: redis.url, DATABASE_URL: await freshDatabaseUrl() };
  await using once = await taskwire(t, env, 'up', '--once');
  const { code, output } = await ends(once);
  assert.equal(code, 0, output);
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query('SELECT DISTINCT task_name, status FROM task_requests');
  await client.end();
  assert.equal(rows.length, 9);
  assert.deepEqual(new Set(rows.map((row) => row.status)), new Set(['SUCCESS']));
  assert.deepEqual(await redis.command('KEYS', '*'), ['somebody']);
});

test('taskwire up --once works while taskwire up runs, also on the same Redis', async (t) => {
  await using redis = await startRedis();
  const env = { REDIS_URL: redis.url, DATABASE_URL: await freshDatabaseUrl(), PORT: '0' };
  await using up = await taskwire(t, env, 'up');
  await up.waitForLine(/Ctrl-C stops everything/, 60_000);
  await using once = await taskwire(t, { REDIS_URL: redis.url }, 'up', '--once');
  const { code, output } = await ends(once);
  assert.equal(code, 0, output);
  assert.match(output, NINE);
  assert.deepEqual(await up.stop(), { code: 0, signal: null });
});

test('taskwire up --once ends with 1 and the words of the worker when that does not start', async (t) => {
  const env = { TASKWIRE_CERTIFICATE_KEYS: 'k1:dG9vIHNob3J0', DATABASE_URL: await freshDatabaseUrl() };
  await using once = await taskwire(t, env, 'up', '--once');
  const { code, output } = await ends(once);
  assert.equal(code, 1, output);
  assert.match(output, /^taskwire up: .*TASKWIRE_CERTIFICATE_KEYS/m);
});

for (const [name, value] of [
  ['REDIS_URL', 'foo'],
  ['PORT', 'abc'],
  ['TASKWIRE_TYPO', '1'],
] as const) {
  test(`taskwire up with ${name}=${value} ends with 1 and one line that names it`, async (t) => {
    for (const words of [['up'], ['up', '--once']]) {
      await using up = await taskwire(t, { [name]: value }, ...words);
      const { code, output } = await ends(up);
      assert.equal(code, 1);
      assert.equal(output.trimEnd().split('\n').length, 1, output);
      assert.ok(output.includes(name), output);
    }
  });
}

test('taskwire up says in one sentence that its port is taken, and when another one has its folder', async (t) => {
  const directory = folder(t);
  await using up = await taskwire(t, { PORT: '0', TASKWIRE_DATA_DIR: directory }, 'up');
  const [, port = ''] = await up.waitForLine(/dashboard +http:\/\/127\.0\.0\.1:(\d+)/, 60_000);
  await using second = await taskwire(t, { PORT: port }, 'up');
  const taken = await ends(second);
  assert.equal(taken.code, 1);
  assert.match(
    taken.output,
    new RegExp(`^taskwire up: PORT: ${port} on 127.0.0.1 is taken by another program[^\n]*\n$`),
  );
  await using third = await taskwire(t, { DATABASE_URL: '', TASKWIRE_DATA_DIR: directory }, 'migrate');
  assert.match((await ends(third)).output, /another process has the embedded database in .* open/);
  assert.deepEqual(await up.stop(), { code: 0, signal: null });
});

test('SIGTERM of taskwire up ends all that it has started, in less than 10 s', async (t) => {
  await using up = await taskwire(t, { PORT: '0', DATABASE_URL: await freshDatabaseUrl() }, 'up');
  await up.waitForLine(/Ctrl-C stops everything/, 60_000);
  const children = descendants(up.pid);
  assert.ok(children.length >= 4, 'Redis with its shell, web process, worker');
  assert.deepEqual(await up.stop(10_000), { code: 0, signal: null });
  assert.deepEqual(children.filter(isAlive), []);
});

test('kill -9 of taskwire up ends all that it has started, and the next one takes its folder over', async (t) => {
  const env = { PORT: '0', TASKWIRE_DATA_DIR: folder(t) };
  await using up = await taskwire(t, env, 'up');
  await up.waitForLine(/Ctrl-C stops everything/, 60_000);
  const children = descendants(up.pid);
  await up.kill();
  await using next = await taskwire(t, env, 'up');
  await next.waitForLine(/Ctrl-C stops everything/, 60_000);
  await waitUntil(() => !children.some(isAlive), { what: 'the end of all children' });
  assert.deepEqual(await next.stop(10_000), { code: 0, signal: null });
});

test('taskwire up starts again what dies: a task that was submitted goes on', async (t) => {
  await using up = await taskwire(t, { PORT: '0' }, 'up');
  const [, url = ''] = await up.waitForLine(/dashboard +(http:\S+)/, 60_000);
  await up.waitForLine(/Ctrl-C stops everything/);
  for (const child of descendants(up.pid)) {
    // Each once: Redis, the web process, the worker. The shell that holds Redis ends with it.
    if (isAlive(child)) process.kill(child, 'SIGKILL');
  }
  await up.waitForLine(/^web +ended: .*it starts again/);
  await up.waitForLine(/^worker +ended: .*it starts again/);
  const submit = () =>
    fetch(`${url}/api/v1/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ task_name: 'tasks.web.system.analyze_resources', task_request_id: 'survivor' }),
    });
  await waitUntil(async () => [202, 409].includes((await submit()).status), {
    what: 'the API',
    timeoutMs: 30_000,
  });
  const status = async () => {
    const task = (await (await fetch(`${url}/api/v1/tasks/survivor`)).json()) as { readonly status: string };
    return task.status;
  };
  await waitUntil(async () => (await status()) === 'SUCCESS', { what: 'the task', timeoutMs: 30_000 });
  assert.deepEqual(await up.stop(10_000), { code: 0, signal: null });
});
