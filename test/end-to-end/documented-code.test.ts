import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { migrate, openDatabase } from '@taskwire/listener';
import { failOnLeaks, freshDatabaseUrl, pythonForTests } from '@taskwire/test-harness';
import pg from 'pg';
import { readPage } from '../../scripts/documentation/page.ts';
import { markdownFiles, ROOT } from '../../scripts/documentation/repository-files.ts';

failOnLeaks();

const pages = markdownFiles()
  .filter((file) => !file.startsWith('docs/zh/'))
  .map(readPage);

describe('the SQL in the documentation', () => {
  let client: pg.Client;
  before(async () => {
    const databaseUrl = await freshDatabaseUrl();
    await using database = await openDatabase({ databaseUrl, dataDir: '' });
    await migrate(database);
    client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
  });
  after(() => client.end());

  /** Questions are prepared and not asked: that looks up every name, and needs no parameters. */
  async function check(statement: string): Promise<void> {
    await client.query('BEGIN');
    const isQuestion = /^\s*(?:SELECT|WITH)\b/i.test(statement);
    try {
      await client.query(isQuestion ? `PREPARE shown AS ${statement}` : statement);
      if (isQuestion) await client.query('DEALLOCATE shown');
    } finally {
      await client.query('ROLLBACK');
    }
  }

  for (const { file, blocks, spans } of pages) {
    const statements = [
      ...blocks
        .filter(({ language }) => language === 'sql')
        .flatMap(({ code }) => code.split(/;\s*(?:\n|$)/)),
      ...spans.filter((span) => /^SELECT \S+.* FROM /s.test(span) && !span.includes('…')),
    ].filter((statement) => statement.trim() !== '');
    if (statements.length === 0) continue;
    it(`in ${file} speaks of tables and columns that are there`, async () => {
      for (const statement of statements) await check(statement);
    });
  }

  it('that speaks of others would be found', () =>
    assert.rejects(() => check('SELECT no_such FROM task_requests'), /no_such/));
});

describe('the Python in the documentation', () => {
  /** It can be parsed, and what it takes of our client is there. One run for all: Python takes long to begin. */
  const READ = `
import ast, importlib, json, sys
for place, code in json.load(sys.stdin):
    try:
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "taskwire":
                for name in node.names:
                    getattr(importlib.import_module(node.module), name.name)
            elif isinstance(node, ast.Import):
                for name in node.names:
                    if name.name.split(".")[0] == "taskwire":
                        importlib.import_module(name.name)
    except Exception as problem:
        print(f"{place}: {problem!r}")
`;

  function problemsOf(blocks: readonly (readonly [string, string])[]): string {
    const { stdout, stderr, status } = spawnSync(pythonForTests(), ['-c', READ], {
      input: JSON.stringify(blocks),
      encoding: 'utf8',
      env: {
        ...process.env,
        PYTHONPATH: path.join(ROOT, 'clients/python/src'),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  it('can be read, and takes of the client what is there', () => {
    const blocks = pages.flatMap(({ file, blocks: all }) =>
      all.filter(({ language }) => language === 'python').map(({ code }) => [file, code] as const),
    );
    assert.ok(blocks.length > 5);
    assert.equal(problemsOf(blocks), '');
  });

  it('that takes something else would be found', () => {
    assert.match(problemsOf([['x.md', 'from taskwire import no_such']]), /x\.md: .*no_such/);
    assert.match(problemsOf([['y.md', 'a = (']]), /y\.md: /);
  });
});
