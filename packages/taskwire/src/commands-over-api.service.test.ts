import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTaskStatusService, openPostgres } from '@taskwire/listener';
import { failOnLeaks, type StartedProcess, sharedRedisUrl, waitUntil } from '@taskwire/test-harness';
import {
  type CommandEnvironment,
  commandEnvironment,
  objectsIn,
  ready,
  run,
  runWith,
  SLOW_MS,
  taskwire,
  urlOf,
} from '../test/command-bed.ts';

failOnLeaks();

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const PTY = fileURLToPath(new URL('../test/run-on-pty.py', import.meta.url));

/** Build machines set these, and each of them decides whether a terminal gets colours. */
const COLOUR_VARIABLES = ['CI', 'FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS'];
const withoutColourVariables = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !COLOUR_VARIABLES.includes(name)));

const publish = async (env: CommandEnvironment, ...words: readonly string[]) => {
  const { code, errors } = await run(env, 'publish', ...words, '--timeout-ms', '30000');
  assert.equal(code, 0, errors);
};

/** The command through a program of ours that starts it, as a shell would. */
async function shell(env: CommandEnvironment, command: string, ...words: readonly string[]) {
  const child = spawn(command, words, {
    env: { ...withoutColourVariables(process.env), NODE_TEST_CONTEXT: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, output, errors };
}

/** One dead letter each, of these reasons. */
async function addDeadLetters(env: CommandEnvironment & { DATABASE_URL: string }, tasks: readonly string[]) {
  await using database = openPostgres({ url: env.DATABASE_URL });
  const service = createTaskStatusService(database);
  await service.maintain();
  const deadLetters = tasks.map((task_request_id) => {
    const timestamp = new Date().toISOString();
    const event = { task_request_id, status: 'SUCCESS', timestamp, data: {}, worker_container: 'w' };
    return {
      lane: 'list' as const,
      reason: 'unknown_schema_version' as const,
      detail: 'schema_version "\u001b[2J\n9"',
      payload: JSON.stringify(event),
      payload_bytes: 1,
      task_request_id,
      publisher_id: null,
      sequence: null,
    };
  });
  await service.apply({ events: [], deadLetters });
}

describe('with a web process and a worker', { concurrency: 1 }, () => {
  let base: Awaited<ReturnType<typeof commandEnvironment>>;
  let env: CommandEnvironment;
  let processes: StartedProcess[] = [];

  before(async () => {
    const context = { after } as unknown as TestContext;
    base = await commandEnvironment(context, await sharedRedisUrl());
    const server = await taskwire(base, 'web');
    const url = await urlOf(server);
    processes = [server, await taskwire(base, 'worker')];
    // Neither database nor Redis are known to the commands, as from a laptop.
    env = { TASKWIRE_API_URL: url };
    await ready(url);
  });
  after(async () => {
    for (const each of processes) await each[Symbol.asyncDispose]();
  });

  test('a task is submitted, waited for, shown and found by filters', async () => {
    const ran = await run(
      env,
      'tasks',
      'run',
      'tasks.web.system.analyze_resources',
      '--params',
      '{"sample_ms":100}',
      '--wait',
    );
    assert.equal(ran.code, 0, ran.errors);
    assert.match(ran.output, /^\d\d:\d\d:\d\d\.\d{3} {2}(PENDING|RUNNING|SUCCESS)/);
    assert.match(ran.output, /^SUCCESS after \d+\.\d{3} s$/m);
    const id = ran.errors.split('\n')[0] ?? '';
    const shown = await run(env, 'tasks', 'show', id);
    assert.match(shown.output, /^status +SUCCESS$/m);
    assert.match(shown.output, /^history$/m);
    assert.equal(objectsIn((await run(env, 'tasks', 'show', id, '--json')).output)[0].task_request_id, id);
    const listed = objectsIn((await run(env, 'tasks', 'list', '--status', 'SUCCESS', '--json')).output);
    assert.deepEqual(
      listed.map((task) => task.task_request_id),
      [id],
    );
    assert.match(
      (await run(env, 'tasks', 'list', '--status', 'FAILURE')).output,
      /^there are no such tasks$/,
    );
    // The first task may be through before its worker was heard of for the first time.
    await waitUntil(async () => /^alive +secretflow-worker/m.test((await run(env, 'workers')).output), {
      what: 'the worker among the workers',
      timeoutMs: SLOW_MS,
    });
    assert.match((await run(env, 'publishers')).output, /secretflow-worker/);
  });

  test('a task is run again as a new one that names the old, and one that has ended is not cancelled', async () => {
    const words = [
      'tasks',
      'run',
      'tasks.web.system.analyze_resources',
      '--params',
      '{"sample_ms":50}',
      '--id',
      'first',
    ];
    assert.deepEqual((await run(env, ...words)).output, 'first');
    assert.equal((await run(env, 'tasks', 'wait', 'first')).code, 0);
    const again = await run(env, 'tasks', 'rerun', 'first', '--wait', '--json');
    assert.equal(again.code, 0, again.errors);
    assert.equal(objectsIn(again.output).at(-1).rerun_of, 'first');
    const cancelled = await run(env, 'tasks', 'cancel', 'first');
    assert.equal(cancelled.code, 1);
    assert.match(cancelled.output, /^already_final: /);
    await publish(base, 'runs', 'RUNNING');
    const asked = objectsIn((await run(env, 'tasks', 'cancel', 'runs', '--json')).output);
    assert.match(asked[0].outcome, /^(requested|cancelled)$/);
  });

  test('the exit code of wait says what became of the task, or that it is not known', async () => {
    await publish(base, 'good', 'SUCCESS');
    await publish(
      base,
      'bad',
      'FAILURE',
      '--data',
      '{"error":"disk\\n\\u001b[31mfull","error_type":"OSError"}',
    );
    await publish(base, 'gone', 'CANCELLED');
    await publish(base, 'slow', 'RUNNING', '--progress', '0.5');
    assert.equal((await run(env, 'tasks', 'wait', 'good')).code, 0);
    const bad = await run(env, 'tasks', 'wait', 'bad');
    assert.equal(bad.code, 3);
    assert.match(bad.output, /OSError: disk\n\ufffd\[31mfull/);
    assert.equal((await run(env, 'tasks', 'wait', 'gone')).code, 4);
    const slow = await run(env, 'tasks', 'wait', 'slow', '--timeout', '300ms');
    assert.deepEqual([slow.code, slow.errors], [5, 'slow has not ended in time; it goes on']);
    assert.match(slow.output, /RUNNING {4}50 %$/);
    const unknown = await run(env, 'tasks', 'wait', 'nobody-knows');
    assert.deepEqual(
      [unknown.code, unknown.errors],
      [1, 'taskwire tasks wait: There is no task "nobody-knows"'],
    );
  });

  test('wait ends as soon as the task does', async () => {
    await publish(base, 'awaited', 'RUNNING');
    const waiting = run(env, 'tasks', 'wait', 'awaited', '--json', '--timeout', '60s');
    await publish(base, 'awaited', 'RUNNING', '--progress', '0.25');
    await publish(base, 'awaited', 'SUCCESS', '--data', '{"result":42}');
    const { code, output } = await waiting;
    assert.equal(code, 0);
    const last = objectsIn(output).at(-1);
    assert.deepEqual([last.status, last.result], ['SUCCESS', 42]);
  });

  test('a terminal gets colours and a progress bar that is gone at the end; NO_COLOR takes the colours', async () => {
    const words = [PTY, process.execPath, '--conditions=taskwire-source', MAIN];
    const task = [
      'tasks',
      'run',
      'tasks.web.system.analyze_resources',
      '--params',
      '{"sample_ms":1500}',
      '--wait',
    ];
    const shown = await shell({ ...env, TERM: 'xterm-256color' }, 'python3', ...words, ...task);
    assert.equal(shown.code, 0, shown.output);
    const visible = shown.output.replaceAll('\u001b', '<esc>').replaceAll('\r', '<cr>');
    assert.match(visible, /<cr><esc>\[K.*█+░* +\d+%/);
    assert.match(visible, /<esc>\[32mSUCCESS<esc>\[39m after/);
    assert.match(visible.slice(visible.lastIndexOf('█')), /<cr><esc>\[K<esc>\[32mSUCCESS/);
    const plain = await shell(
      { ...env, NO_COLOR: '1', TERM: 'xterm-256color' },
      'python3',
      ...words,
      'tasks',
      'list',
    );
    assert.match(plain.output, /SUCCESS/);
    assert.ok(!plain.output.includes('\u001b'), 'no colours');
    assert.ok(
      plain.output.split('\r\n').every((line) => line.length <= 80),
      'fits the window',
    );
  });

  test('tail shows what happens by filter, and ends quietly when its reader goes away', async () => {
    const first = shell(
      env,
      'bash',
      '-c',
      `'${process.execPath}' --conditions=taskwire-source '${MAIN}' tail --json --task tailed | head -1; echo "\${PIPESTATUS[0]}"`,
    );
    let isDone = false;
    void first.then(() => {
      isDone = true;
    });
    // Whether tail listens already is not seen from outside; one of these it will hear.
    for (let progress = 0; !isDone; progress = (progress + 1) % 100) {
      await publish(base, 'tailed', 'RUNNING', '--progress', String(progress / 100));
      await publish(base, 'not-tailed', 'RUNNING', '--progress', String(progress / 100));
    }
    const { output, errors } = await first;
    const [line = '', code] = output.trim().split('\n');
    assert.equal(JSON.parse(line).task_request_id, 'tailed');
    assert.equal(code, '0');
    assert.equal(errors.trim(), `follows ${env.TASKWIRE_API_URL}`);
  });

  test('dead letters are listed, shown, replayed and put aside, one by one and by filter', async () => {
    await addDeadLetters(base, ['one', 'two', 'three', 'four']);
    const listed = objectsIn((await run(env, 'dead-letters', 'list', '--state', 'open', '--json')).output);
    assert.deepEqual(listed.map((letter) => letter.task_request_id).toSorted(), [
      'four',
      'one',
      'three',
      'two',
    ]);
    const idOf = (task: string) => String(listed.find((letter) => letter.task_request_id === task).id);
    assert.ok(!(await run(env, 'dead-letters', 'list')).output.includes('\u001b'));
    assert.match(
      (await run(env, 'dead-letters', 'show', idOf('one'))).output,
      /payload\n {2}\{"task_request_id":"one"/,
    );
    const replayed = await run(env, 'dead-letters', 'replay', idOf('one'));
    assert.equal(replayed.output, `${idOf('one')}: replayed; one is SUCCESS`);
    assert.match((await run(env, 'dead-letters', 'replay', idOf('one'))).output, /had been replayed before$/);
    assert.match((await run(env, 'dead-letters', 'discard', idOf('two'))).output, /: discarded$/);
    const missing = await run(env, 'dead-letters', 'replay', '999999');
    assert.deepEqual(
      [missing.code, missing.errors],
      [1, 'taskwire dead-letters replay: There is no dead letter 999999'],
    );

    const unasked = await run(env, 'dead-letters', 'replay', '--lane', 'list');
    assert.equal(unasked.code, 2);
    assert.match(unasked.errors, /would replay 2 open dead letters, and nobody is here to ask: add --yes$/);
    const refused = await runWith({ ask: async () => 'n' }, env, 'dead-letters', 'replay', '--all');
    assert.deepEqual([refused.code, refused.errors], [1, 'nothing was done']);
    const asked: string[] = [];
    const sayYes = async (question: string) => {
      asked.push(question);
      return 'y';
    };
    const agreed = await runWith({ ask: sayYes }, env, ...['dead-letters', 'replay', '--task', 'three']);
    assert.deepEqual(
      [agreed.code, agreed.output, asked],
      [0, '1 replayed', ['replay 1 open dead letter? [y/N] ']],
    );
    const rest = await run(env, 'dead-letters', 'discard', '--all', '--yes', '--json');
    assert.deepEqual(objectsIn(rest.output), [{ done: 1, unchanged: 0, failed: [] }]);
    assert.equal((await run(env, 'tasks', 'wait', 'three')).code, 0);
  });

  test('doctor tells of open dead letters through the web process', async () => {
    await addDeadLetters(base, ['left']);
    const { output } = await run({ ...base, ...env }, 'doctor', '--json');
    const found = objectsIn(output).find((finding) => finding.check === 'delivery.dead-letters');
    assert.match(found.found, /^1 open dead letter/);
    assert.equal(found.level, 'warning');
  });

  test('without a web process the same commands work on database and Redis', async () => {
    const direct = await run(base, 'tasks', 'show', 'good', '--json');
    assert.equal(objectsIn(direct.output)[0].status, 'SUCCESS', direct.errors);
    const ran = await run(
      base,
      'tasks',
      'run',
      'tasks.web.system.analyze_resources',
      '--params',
      '{"sample_ms":50}',
      '--wait',
    );
    assert.equal(ran.code, 0, ran.output + ran.errors);
    assert.match(ran.output, /^SUCCESS/m);
  });
});

test('tail misses nothing while its web process is killed and comes back', async (t) => {
  const env = await commandEnvironment(t, await sharedRedisUrl());
  let server = await taskwire(env, 'web');
  try {
    const url = await urlOf(server);
    await ready(url);
    await using tail = await taskwire({ TASKWIRE_API_URL: url }, 'tail', '--json');
    await tail.waitForLine(/^follows /, SLOW_MS);
    await publish(env, 'before', 'SUCCESS');
    await tail.waitForLine(/"task_request_id":"before"/, SLOW_MS);
    await server.kill();
    await tail.waitForLine(/^waits for /, SLOW_MS);
    // Nobody listens: these wait in Redis, and in the outboxes.
    for (const id of ['a', 'b', 'c']) await run(env, 'publish', id, 'SUCCESS', '--timeout-ms', '1');
    server = await taskwire({ ...env, PORT: new URL(url).port }, 'web');
    await publish(env, 'after', 'SUCCESS');
    await tail.waitForLine(/"task_request_id":"after"/, SLOW_MS);
    await waitUntil(
      () => ['a', 'b', 'c'].every((id) => tail.output().includes(`"task_request_id":"${id}"`)),
      {
        what: 'what happened while the web process was away',
        timeoutMs: SLOW_MS,
      },
    );
    const ids = objectsIn(tail.output()).map((change) => change.task_request_id);
    assert.deepEqual(ids.toSorted(), ['a', 'after', 'b', 'before', 'c']);
    assert.deepEqual(await tail.stop(), { code: 130, signal: null });
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

test('who is not reached, or does not let us in, is one line that says what to set', async (t) => {
  const away = await run({ TASKWIRE_API_URL: 'http://127.0.0.1:1' }, 'tasks', 'list');
  assert.equal(away.code, 1);
  assert.match(
    away.errors,
    /^taskwire tasks list: http:\/\/127\.0\.0\.1:1 does not answer \(.*\): see whether it runs and TASKWIRE_API_URL names it$/,
  );
  const env = {
    ...(await commandEnvironment(t, await sharedRedisUrl())),
    TASKWIRE_OPERATOR_TOKENS: `alice:${'s'.repeat(32)}`,
  };
  const unmigrated = await run(env, 'tasks', 'list');
  assert.match(unmigrated.errors, /schema of the database is not up to date .* run taskwire migrate/);
  await using server = await taskwire(env, 'web');
  const url = await urlOf(server);
  await ready(url);
  const outside = await run({ TASKWIRE_API_URL: url }, 'tail');
  assert.deepEqual(
    [outside.code, outside.errors],
    [1, `taskwire tail: ${url} needs a token: set TASKWIRE_TOKEN`],
  );
  const wrong = await run({ TASKWIRE_API_URL: url, TASKWIRE_TOKEN: 'x'.repeat(32) }, 'workers');
  assert.match(wrong.errors, /TASKWIRE_TOKEN is not one of its tokens$/);
  const inside = await run({ TASKWIRE_API_URL: url, TASKWIRE_TOKEN: 's'.repeat(32) }, 'workers');
  assert.equal(inside.code, 0, inside.errors);
  const empty = await run({ TASKWIRE_DATA_DIR: env.TASKWIRE_DATA_DIR, PORT: '1' }, 'tasks', 'list');
  assert.match(
    empty.errors,
    /start it \(npm start, taskwire up\), or set TASKWIRE_API_URL, or DATABASE_URL and REDIS_URL$/,
  );
});
