import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = path.join(ROOT, 'scripts/release/main.ts');

/** What `dist/` of a package may hold. */
export const GOOD = {
  'index.js': 'export const a = 1;\n',
  'index.d.ts': 'export declare const a: number;\n',
};

/** For tests: a repository that is quickly released. */
export interface Repository {
  readonly folder: string;
  git(...given: readonly string[]): string;
  read(file: string): string;
  write(file: string, content: string): void;
  /** As it was prepared. */
  beginAgain(): void;
  release(...given: readonly string[]): { readonly status: number | null; readonly output: string };
}

export function writeInto(folder: string, file: string, content: string): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), content);
}

export const inFolder = (
  folder: string,
  files: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).map(([file, content]) => [`${folder}/${file}`, content]));

export const packageManifest = (name: string, dependencies: Readonly<Record<string, string>>) => ({
  name,
  version: '0.1.0',
  license: 'Apache-2.0',
  type: 'module',
  exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
  files: ['dist'],
  dependencies,
  devDependencies: { pg: '*' },
});

/** Two small packages and the Python client in a repository of their own. */
export function prepareRepository(): Repository {
  const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-release-test-'));
  const write = (file: string, content: string) => writeInto(folder, file, content);
  const writeJson = (file: string, content: object) => write(file, `${JSON.stringify(content, null, 2)}\n`);
  const git = (...given: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('git', given, { cwd: folder, encoding: 'utf8' });
    // `git grep` ends with 1 where it finds nothing.
    assert.ok(status === 0 || (status === 1 && given[0] === 'grep'), stderr);
    return stdout.trim();
  };
  const manifests = {
    'packages/protocol': packageManifest('@taskwire/protocol', {}),
    'packages/taskwire': packageManifest('taskwire', { '@taskwire/protocol': '0.1.0' }),
  };
  for (const [place, manifest] of Object.entries(manifests)) {
    const {
      exports: { '.': published },
      ...others
    } = manifest;
    const inRepository = { '.': { 'taskwire-source': './src/index.ts', ...published } };
    writeJson(`${place}/package.json`, { ...others, exports: inRepository });
    write(`${place}/README.md`, 'What it is.\n');
  }
  const built = Object.keys(manifests).map((place) => inFolder(`${place}/dist`, GOOD));
  write(
    'build.js',
    `const fs = require('fs'), path = require('path');
for (const [file, content] of Object.entries(${JSON.stringify(Object.assign({}, ...built))})) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}\n`,
  );
  writeJson('package.json', {
    private: true,
    scripts: { build: 'node build.js', 'build:python': `node ${path.join(ROOT, 'scripts/build-python.ts')}` },
  });
  writeJson('package-lock.json', { lockfileVersion: 3, packages: { '': {}, ...manifests } });
  write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n- New things.\n');
  write('LICENSE', 'As you like.\n');
  write('.gitignore', 'dist/\nnode_modules\n');
  for (const part of ['pyproject.toml', 'README.md', 'src/taskwire']) {
    cpSync(path.join(ROOT, 'clients/python', part), path.join(folder, 'clients/python', part), {
      recursive: true,
      filter: (file) => !file.includes('__pycache__'),
    });
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'Somebody');
  git('config', 'user.email', 'somebody@example.org');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Begin');
  const begin = git('rev-parse', 'HEAD');
  return {
    folder,
    git,
    write,
    read: (file) => readFileSync(path.join(folder, file), 'utf8'),
    beginAgain: () => {
      git('reset', '--quiet', '--hard', begin);
      if (git('tag') !== '') git('tag', '--delete', git('tag'));
    },
    release: (...given) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...given], {
        cwd: folder,
        encoding: 'utf8',
      });
      return { status, output: `${stdout}${stderr}` };
    },
  };
}
