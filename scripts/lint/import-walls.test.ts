import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Line {
  readonly file: string;
  readonly line: string;
  readonly allowed: boolean;
}

const allowed = (file: string, line: string): Line => ({ file, line, allowed: true });
const forbidden = (file: string, line: string): Line => ({ file, line, allowed: false });

const LINES: readonly Line[] = [
  allowed('packages/protocol/src/a.ts', "import 'node:crypto'"),
  allowed('packages/protocol/src/a.ts', "import 'typebox'"),
  allowed('packages/protocol/src/a.ts', 'new Date(0)'),
  allowed('packages/protocol/src/a.test.ts', "import 'node:fs'"),
  forbidden('packages/protocol/src/a.ts', "import 'node:fs'"),
  forbidden('packages/protocol/src/a.ts', "import 'node:fs/promises'"),
  forbidden('packages/protocol/src/a.ts', "import type { Socket } from 'node:net'"),
  forbidden('packages/protocol/src/a.ts', "import '@taskwire/notifier'"),
  forbidden('packages/protocol/src/a.ts', 'Date.now()'),
  forbidden('packages/protocol/src/a.ts', 'new Date()'),
  forbidden('packages/protocol/src/a.ts', 'Math.random()'),
  forbidden('packages/protocol/src/a.ts', 'process.env'),
  forbidden('packages/protocol/src/a.ts', "await fetch('http://127.0.0.1')"),

  allowed('packages/notifier/src/a.ts', "import '@taskwire/protocol'"),
  allowed('packages/notifier/src/a.ts', "import 'node:fs'"),
  allowed('packages/notifier/src/a.test.ts', "import '@taskwire/test-harness'"),
  forbidden('packages/notifier/src/a.ts', "import '@taskwire/test-harness'"),
  forbidden('packages/notifier/src/a.ts', "import '@taskwire/listener'"),
  forbidden('packages/notifier/src/a.ts', "import '../../listener/src/index.ts'"),
  forbidden('packages/notifier/src/a.ts', "await import('@taskwire/server')"),
  forbidden('packages/notifier/src/a.ts', "import 'pg'"),

  allowed('packages/listener/src/a.ts', "import '@taskwire/protocol'"),
  allowed('packages/listener/src/a.ts', "import './store/batch.ts'"),
  allowed('packages/listener/src/store/a.ts', "import './b.ts'"),
  allowed('packages/listener/src/store/sub/a.ts', "import '../b.ts'"),
  forbidden('packages/listener/src/a.ts', "import '@taskwire/notifier'"),
  forbidden('packages/listener/src/a.ts', "export * from '@taskwire/server'"),
  forbidden('packages/listener/src/store/a.ts', "import '../lanes/b.ts'"),
  forbidden('packages/listener/src/store/a.ts', "import '@taskwire/notifier'"),
  forbidden('packages/listener/src/store/sub/a.ts', "import '../../lanes/b.ts'"),

  allowed('packages/server/src/a.ts', "import '@taskwire/listener'"),
  forbidden('packages/server/src/a.ts', "import '@taskwire/notifier'"),
  forbidden('packages/server/src/a.ts', "import 'taskwire'"),

  allowed('packages/taskwire/src/a.ts', "import '@taskwire/server'"),
  forbidden('packages/taskwire/src/a.ts', "import '@taskwire/worker'"),
  forbidden('packages/taskwire/src/a.ts', "import '../../../apps/worker/src/main.ts'"),

  allowed('apps/worker/src/a.ts', "import '@taskwire/notifier'"),
  forbidden('apps/worker/src/a.ts', "import '@taskwire/listener'"),
  forbidden('apps/worker/src/a.ts', "import 'fastify'"),
  forbidden('apps/worker/src/a.ts', "import '@electric-sql/pglite'"),

  allowed('test/end-to-end/a.ts', "import '@taskwire/protocol'"),
  forbidden('test/end-to-end/a.ts', "import '../../apps/worker/src/main.ts'"),
  forbidden('bench/a.ts', "import '@taskwire/worker'"),
];

/** Paths in which the linter finds an error, of a copy of the repository's configuration with one file for each line. */
function refusedFiles(folder: string): ReadonlySet<string> {
  const result = spawnSync(
    path.join(ROOT, 'node_modules/.bin/biome'),
    ['lint', '--reporter=json', '--max-diagnostics=none', '--diagnostic-level=error'],
    { cwd: folder, encoding: 'utf8' },
  );
  const report: { diagnostics: { location: { path: string } }[] } = JSON.parse(
    result.stdout.slice(0, result.stdout.lastIndexOf('}') + 1),
  );
  return new Set(report.diagnostics.map((diagnostic) => diagnostic.location.path));
}

const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-import-walls-'));
after(() => rmSync(folder, { recursive: true }));

test('each package imports what its place in the architecture allows, and nothing else', () => {
  const configuration = ['biome*.json', '.gitignore', 'scripts/lint', '{.,packages/*,apps/*}/package.json'];
  for (const file of globSync(configuration, { cwd: ROOT })) {
    cpSync(path.join(ROOT, file), path.join(folder, file), { recursive: true });
  }
  const files = LINES.map(({ file, line }, index) => {
    const name = file.replace(/a(?=\.(test\.)?ts$)/, `line-${index}`);
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), `${line};\n`);
    return name;
  });

  const refused = refusedFiles(folder);

  const wrong = LINES.filter((line, index) => refused.has(files[index] ?? '') === line.allowed);
  assert.deepEqual(wrong, []);
});
