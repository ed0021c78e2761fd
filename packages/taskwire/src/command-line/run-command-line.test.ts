import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from './commands.ts';
import { runCommandLine } from './run-command-line.ts';

async function run(given: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCommandLine({
    arguments: given,
    env,
    version: '1.2.3',
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join('\n'), err };
}

test('help lists every command, and each command explains itself', async () => {
  const { code, out } = await run(['--help']);
  assert.equal(code, 0);
  for (const { name, summary, options } of COMMANDS) {
    assert.ok(out.includes(name) && out.includes(summary), name);
    const help = await run([name, '--help']);
    assert.equal(help.code, 0);
    for (const option of Object.keys(options))
      assert.ok(help.out.includes(`--${option}`), `${name} --${option}`);
  }
});

test('the version is one line', async () => {
  assert.deepEqual(await run(['--version']), { code: 0, out: '1.2.3', err: [] });
});

test('what cannot be understood is one line on standard error and exit code 2', async () => {
  for (const given of [
    ['frobnicate'],
    ['up', '--twice'],
    ['web', 'here'],
    ['up', '--once=yes'],
    ['\u001b[2J\nforged'],
  ]) {
    const { code, out, err } = await run(given);
    assert.deepEqual([code, out, err.length], [2, '', 1], given.join(' '));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
    assert.doesNotMatch(err[0] ?? '', /[\n\u001b]/);
  }
  assert.equal((await run([])).code, 2);
});

test('a wrong setting is one line that names it and exit code 1, whatever the command, before anything is started', async () => {
  const wrong = [
    { REDIS_URL: 'foo' },
    { PORT: 'abc' },
    { TASKWIRE_TYPO: '1' },
    { TASKWIRE_DATA_DIR: 'a\nb' },
  ] as const;
  const calls: Readonly<Record<string, readonly string[]>> = {
    publish: ['id', 'RUNNING'],
    'dead-letters': ['list'],
  };
  for (const { name } of COMMANDS) {
    for (const env of wrong) {
      const { code, out, err } = await run([name, ...(calls[name] ?? [])], env);
      assert.deepEqual([code, out, err.length], [1, '', 1], name);
      assert.ok(err[0]?.startsWith(`taskwire ${name}: ${Object.keys(env)[0]}`), err[0]);
      assert.doesNotMatch(err[0] ?? '', /\n/);
    }
  }
});

test('what is wrong with the arguments of a command is said before anything is opened', async () => {
  const wrong: readonly (readonly [given: readonly string[], words: RegExp])[] = [
    [['publish', 'id'], /expected <task_request_id> <status>/],
    [['publish', 'id', 'running'], /status: expected one of PENDING, RUNNING/],
    [['publish', 'id', 'RUNNING', '--data', '{'], /--data: expected a JSON object/],
    [['publish', 'id', 'RUNNING', '--data', '[]'], /--data: expected a JSON object/],
    [['publish', 'id', 'RUNNING', '--attempt', 'x'], /--attempt: expected a number/],
    [['dead-letters'], /expected list, or replay/],
    [['dead-letters', 'replay'], /expected list, or replay/],
    [['dead-letters', 'replay', 'x'], /id: expected a whole number/],
    [['dead-letters', 'list', '--reason', 'x'], /--reason: expected one of not_utf8/],
    [['dead-letters', 'list', '--limit', '0'], /--limit: expected a whole number/],
  ];
  for (const [given, words] of wrong) {
    const { code, err } = await run(given, { TASKWIRE_DATA_DIR: '/nowhere/at/all' });
    assert.deepEqual([code, err.length], [1, 1], given.join(' '));
    assert.match(err[0] ?? '', words);
  }
});
