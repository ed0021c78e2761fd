import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEAD_LETTER_REASONS, LANES as STORE_LANES } from '@taskwire/listener';
import { recordTerminal } from '../../test/record-terminal.ts';
import type { Command, CommandEntry } from './command.ts';
import { COMMANDS } from './commands.ts';
import { LANES, REASONS } from './dead-letter-commands.ts';
import { runCommandLine } from './run-command-line.ts';

async function run(given: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { terminal, out, err } = recordTerminal();
  const code = await runCommandLine({ arguments: given, env, version: '1.2.3', terminal });
  return { code, out: out.join('\n'), err };
}

/** Each command with the words that call it. */
const callsOf = (entry: CommandEntry): readonly (readonly [words: readonly string[], command: Command])[] =>
  'commands' in entry
    ? entry.commands.map((command) => [[entry.name, command.name], command] as const)
    : [[[entry.name], entry] as const];
const CALLS = COMMANDS.flatMap(callsOf);

test('help lists every command, and each command explains itself, its options and its exit codes', async () => {
  const { code, out } = await run(['--help']);
  assert.equal(code, 0);
  for (const { name, summary } of COMMANDS) assert.ok(out.includes(name) && out.includes(summary), name);
  for (const [words, { summary, options, exitCodes }] of CALLS) {
    const help = await run([...words, '--help']);
    assert.equal(help.code, 0);
    assert.ok(help.out.startsWith(`taskwire ${words.join(' ')}: ${summary}\n`), help.out);
    for (const option of Object.keys(options))
      assert.ok(help.out.includes(`--${option}`), `${words} --${option}`);
    for (const words of Object.values(exitCodes ?? {})) assert.ok(help.out.includes(words));
    assert.deepEqual(await run(['help', ...words]), help);
  }
});

test('a word that several commands begin with lists them', async () => {
  for (const group of COMMANDS) {
    if (!('commands' in group)) continue;
    const help = await run([group.name, '--help']);
    assert.equal(help.code, 0);
    for (const { name, summary } of group.commands)
      assert.ok(help.out.includes(name) && help.out.includes(summary));
    const alone = await run([group.name]);
    assert.deepEqual([alone.code, alone.out, alone.err.length], [2, '', 1]);
    assert.match(
      alone.err[0] ?? '',
      new RegExp(`^taskwire ${group.name}: expected one of ${group.commands[0]?.name}`),
    );
  }
});

test('the help of a command is this text', async () => {
  assert.equal(
    (await run(['migrate', '-h'])).out,
    [
      'taskwire migrate: bring the schema of the database up to date',
      '',
      'Usage: taskwire migrate [options]',
      '',
      '  --json      one JSON object a line',
      '  -h, --help  show this help',
    ].join('\n'),
  );
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
    ['dead-letters', 'frobnicate'],
    ['\u001b[2J\nforged'],
    ['dead-letters', '\u001b[2J\nforged'],
    ['up', '--\u001b[2J\nforged'],
  ]) {
    const { code, out, err } = await run(given);
    assert.deepEqual([code, out, err.length], [2, '', 1], given.join(' '));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
    assert.doesNotMatch(err[0] ?? '', /[\n\u001b]/);
  }
  assert.equal((await run([])).code, 2);
});

test('a mistyped command or option gets the nearest one offered', async () => {
  const slips: readonly (readonly [given: readonly string[], words: RegExp])[] = [
    [['publihs'], /^taskwire: "publihs" is no command; did you mean taskwire publish\?$/],
    [['dead-leters'], /did you mean taskwire dead-letters\?$/],
    [
      ['dead-letters', 'lsit'],
      /^taskwire dead-letters: "lsit" is no command; did you mean taskwire dead-letters list\?$/,
    ],
    [['up', '--onse'], /^taskwire up: --onse is no option of this command; did you mean --once\?$/],
    [['doctor', '--frobnicate'], /is no option of this command; --help lists them$/],
    [['frobnicate'], /is no command; taskwire --help lists them$/],
  ];
  for (const [given, words] of slips) {
    const { code, err } = await run(given);
    assert.equal(code, 2);
    assert.match(err.join('\n'), words);
  }
});

/** Words that get a command as far as its settings. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  '<task_request_id> <status>': ['id', 'RUNNING'],
  '[<id>...]': ['1'],
  '<id>': ['1'],
  '<task_request_id>': ['id'],
  '<task_name>': ['name'],
};

test('the reasons and lanes of dead letters are those of the store', () => {
  assert.deepEqual(REASONS, DEAD_LETTER_REASONS);
  assert.deepEqual(LANES.toSorted(), STORE_LANES.toSorted());
});

test('a wrong setting is one line that names it and exit code 1, whatever the command, before anything is started', async () => {
  const wrong = [
    { REDIS_URL: 'foo' },
    { PORT: 'abc' },
    { TASKWIRE_TYPO: '1' },
    { TASKWIRE_DATA_DIR: 'a\nb' },
  ] as const;
  for (const [words, { takes }] of CALLS) {
    if (words[0] === 'completion') continue;
    for (const env of wrong) {
      const { code, out, err } = await run([...words, ...(ARGUMENTS[takes] ?? [])], env);
      assert.deepEqual([code, out, err.length], [1, '', 1], words.join(' '));
      assert.ok(err[0]?.startsWith(`taskwire ${words.join(' ')}: ${Object.keys(env)[0]}`), err[0]);
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
    [['dead-letters', 'replay'], /expected ids, or else a filter/],
    [['dead-letters', 'discard', '1', '--all'], /expected ids, or else a filter/],
    [['dead-letters', 'show'], /expected <id>/],
    [['tasks', 'run'], /expected <task_name>/],
    [['tasks', 'run', 'x', '--params', '7'], /--params: expected a JSON object, got 7/],
    [['tasks', 'run', 'x', '--attempts', '0'], /--attempts: expected a whole number/],
    [['tasks', 'wait', 'x', '--timeout', '5'], /--timeout: expected a time such as 500ms/],
    [['tasks', 'list', '--status', 'running'], /--status: expected one of PENDING, RUNNING/],
    [['tail', '--status', 'DONE'], /--status: expected one of/],
    [['dead-letters', 'replay', 'x'], /id: expected a whole number/],
    [['dead-letters', 'list', '--reason', 'x'], /--reason: expected one of not_utf8/],
    [['dead-letters', 'list', '--limit', '0'], /--limit: expected a whole number/],
    [['completion', 'tcsh'], /expected bash, zsh or fish/],
  ];
  for (const [given, words] of wrong) {
    const { code, err } = await run(given, { TASKWIRE_DATA_DIR: '/nowhere/at/all' });
    assert.deepEqual([code, err.length], [2, 1], given.join(' '));
    assert.match(err[0] ?? '', words);
  }
});
