import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { mentionProblems, shellProblems } from './check-shell.ts';
import { readPage } from './page.ts';
import { markdownFiles, ROOT } from './repository-files.ts';
import { settingProblem } from './setting-problem.ts';

type Check = (code: string, page: string) => void | Promise<void>;

/** Pages whose commands a test runs as they stand there; reading them more closely would say nothing new. */
const RUN: Readonly<Record<string, string>> = { 'docs/api.md': 'test/end-to-end/api-page.test.ts' };

/** A block that shows a file begins with its name, and shows nothing else; between empty lines it may leave out. */
function checkExcerpt(code: string, file: string): void {
  const whole = readFileSync(path.join(ROOT, file), 'utf8');
  for (const part of code.split('\n').slice(1).join('\n').trim().split('\n\n')) {
    assert.ok(whole.includes(part), `${file} has no longer:\n${part}`);
  }
}

/** A line that only says from where something comes. */
async function checkImport(name: string, wanted: readonly string[]): Promise<void> {
  const module: object = await import(name);
  for (const each of wanted) assert.ok(each in module, `${name} has no ${each}`);
}

const shownFile = (code: string): string | undefined => /^(?:\/\/|#) (examples\/\S+)\n/.exec(code)?.[1];

describe('every block of code in the documentation', () => {
  /** How a block in each language is held to what it speaks of. A language that is not here is not checked: a mistake. */
  const CHECKS: Readonly<Record<string, Check>> = {
    // Examples are type-checked with everything else, and run by tests.
    ts: async (code) => {
      const imported = /^import \{ ([\w, ]+) \} from '(@taskwire\/\w+)';$/.exec(code);
      if (imported !== null) return checkImport(imported[2] ?? '', (imported[1] ?? '').split(', '));
      const file = shownFile(code);
      assert.ok(file, 'begin it with the file in examples/ that it shows: // examples/…');
      checkExcerpt(code, file);
    },
    // These need Python and a database: test/end-to-end/documented-code.test.ts.
    python: (code) => {
      const file = shownFile(code);
      if (file !== undefined) checkExcerpt(code, file);
    },
    js: (code) => {
      const flags = ['--check', '--input-type=module', '-'];
      const { status, stderr } = spawnSync(process.execPath, flags, { input: code, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    },
    json: (code) => void JSON.parse(code),
    yaml: (code) => {
      for (const { errors } of parseAllDocuments(code)) assert.deepEqual(errors, []);
    },
    sql: () => {},
    conf: (code) => {
      const whole = readFileSync(path.join(ROOT, 'deploy/redis/redis.conf'), 'utf8').split('\n');
      for (const line of code.split('\n'))
        assert.ok(whole.includes(line), `deploy/redis/redis.conf has no ${line}`);
    },
    sh: (code, page) => {
      const { status, stderr } = spawnSync('bash', ['-n', '-c', code], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      if (RUN[page] === undefined) assert.deepEqual(shellProblems(code, page), []);
    },
    // Drawings, and what a program prints.
    text: () => {},
  };

  // A Chinese page has the blocks of its English one: translations.test.ts.
  for (const file of markdownFiles().filter((each) => !each.startsWith('docs/zh/'))) {
    const page = readPage(file);
    if (page.blocks.length === 0) continue;
    it(`in ${file} is run or checked`, async () => {
      for (const { language, code } of page.blocks) {
        const check = CHECKS[language];
        assert.ok(check, `${file}: a block is marked as "${language}", which nothing checks:\n${code}`);
        await check(code, file);
      }
    });
  }

  it('that is marked as nothing, or as a language without a check, or is wrong, would be found', async () => {
    for (const language of ['', 'rust']) assert.equal(CHECKS[language], undefined);
    const nowhere = async () => CHECKS.ts?.('const a = 1;', 'docs/x.md');
    await assert.rejects(nowhere, /begin it with the file/);
    const other = async () => CHECKS.ts?.('// examples/fastify/main.ts\nnothing of it', 'docs/x.md');
    await assert.rejects(other, /has no longer/);
    assert.throws(() => CHECKS.sh?.('npm run no-such', 'docs/x.md'), /no such script/);
    assert.throws(() => CHECKS.sh?.('./taskwire tail --no-such', 'docs/x.md'), /no option of this command/);
    assert.throws(() => CHECKS.sh?.('TASKWIRE_NO_SUCH=1 npm start', 'docs/x.md'), /no such setting/);
    assert.throws(() => CHECKS.js?.('const a = ;', 'docs/x.md'), /SyntaxError/);
  });

  it('that is said to be run by a test is named in that test', () => {
    for (const [page, test] of Object.entries(RUN)) {
      assert.ok(readFileSync(path.join(ROOT, test), 'utf8').includes(page), test);
    }
  });
});

describe('what sentences of the documentation mention', () => {
  for (const file of markdownFiles().filter((each) => each !== 'CHANGELOG.md')) {
    it(`${file}: settings, scripts and commands with their options are there`, () => {
      const { spans } = readPage(file);
      const settings = spans.flatMap((span) =>
        [...span.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b(?!…|_)/g)].map(([name]) => name),
      );
      const problems = [...settings.map(settingProblem), ...spans.flatMap(mentionProblems)];
      assert.deepEqual(
        problems.filter((problem) => problem !== null),
        [],
      );
    });
  }
});
