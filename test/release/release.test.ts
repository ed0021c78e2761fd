import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { releaseChangelog } from '../../scripts/release/changelog.ts';
import { checkPackages } from '../../scripts/release/npm-packages.ts';
import {
  GOOD,
  inFolder,
  packageManifest,
  prepareRepository,
  writeInto,
} from '../../scripts/release/small-repository.ts';
import { changeVersions, currentVersion } from '../../scripts/release/versions.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WITHOUT_IMAGES = '--without-images';
/** Seconds, but npm, a compiler and Python start in it one after the other. */
const WHOLE_MS_MAX = 180_000;

describe('npm run release', () => {
  const repository = prepareRepository();
  after(() => rmSync(repository.folder, { recursive: true }));

  const refusals: readonly (readonly [string, string, () => void, RegExp])[] = [
    [
      'a working tree with changes',
      '0.2.0',
      () => repository.write('LICENSE', 'mine'),
      /has changes, commit them first: M LICENSE/,
    ],
    ['what is no version', 'next', () => {}, /expected a version such as 1\.2\.3, got next/],
    [
      'a version that is not the next',
      '0.9.0',
      () => {},
      /after 0\.1\.0 comes 0\.1\.0 or 0\.1\.1 or 0\.2\.0 or 1\.0\.0, not 0\.9\.0/,
    ],
    [
      'a version that was released',
      '0.1.0',
      () => repository.git('tag', 'v0.1.0'),
      /comes 0\.1\.1 or 0\.2\.0 or 1\.0\.0, not 0\.1\.0/,
    ],
    [
      'a changelog that says nothing',
      '0.2.0',
      () => {
        repository.write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n## 0.1.0\n\n- Old things.\n');
        repository.git('commit', '--quiet', '--all', '--message', 'Say nothing');
      },
      /CHANGELOG\.md says nothing under "## Unreleased"/,
    ],
  ];
  for (const [what, version, prepare, expected] of refusals) {
    it(`refuses ${what}, in one sentence`, () => {
      prepare();
      const { status, output } = repository.release(version, '--dry-run', WITHOUT_IMAGES);
      repository.beginAgain();
      assert.equal(status, 1);
      assert.match(output, expected);
      assert.equal(output.trim().split('\n').length, 1, output);
    });
  }

  it('tries everything in a dry run, and changes nothing', { timeout: WHOLE_MS_MAX }, () => {
    const before = repository.git('rev-parse', 'HEAD');
    const { status, output } = repository.release('0.2.0', '--dry-run', WITHOUT_IMAGES);
    assert.equal(status, 0, output);
    for (const file of [
      'taskwire-protocol-0.2.0.tgz',
      'taskwire-0.2.0.tgz',
      'taskwire-0.2.0-py3-none-any.whl',
    ]) {
      assert.ok(output.includes(file), output);
      assert.ok(existsSync(path.join(repository.folder, 'dist/0.2.0', file)), file);
    }
    assert.equal(repository.git('status', '--porcelain'), '');
    assert.equal(repository.git('rev-parse', 'HEAD'), before);
    assert.equal(repository.git('tag'), '');
    assert.equal(repository.git('worktree', 'list').split('\n').length, 1);
  });

  it('commits and tags the version everywhere, and then says how to publish it', {
    timeout: WHOLE_MS_MAX,
  }, () => {
    const { status, output } = repository.release('0.2.0', WITHOUT_IMAGES);
    assert.equal(status, 0, output);
    assert.match(output, /^ {2}npm publish --access public dist\/0\.2\.0\/taskwire-protocol-0\.2\.0\.tgz$/m);
    assert.equal(repository.git('status', '--porcelain'), '');
    assert.equal(repository.git('tag'), 'v0.2.0');
    assert.equal(repository.git('grep', '-l', '-F', '0.1.0', '--', ':!CHANGELOG.md'), '');
    assert.match(repository.read('packages/taskwire/package.json'), /"@taskwire\/protocol": "0\.2\.0"/);
    assert.match(
      repository.read('CHANGELOG.md'),
      /^## Unreleased\n\n## 0\.2\.0 - \d{4}-\d\d-\d\d\n\n- New things\.$/m,
    );
  });
});

describe('the check of packages', () => {
  const declared = 'export declare const a: number;';
  const broken: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ['lacks a file of its exports', { 'index.js': '' }, /@taskwire\/notifier lacks \.\/dist\/index\.d\.ts/],
    ['holds a test', { ...GOOD, 'a.test.js': '' }, /@taskwire\/notifier holds a test: dist\/a\.test\.js/],
    [
      'exports nothing',
      { 'index.js': '', 'index.d.ts': 'export {};' },
      /@taskwire\/notifier exports nothing/,
    ],
    [
      'imports what it does not name',
      { 'index.js': "import 'pg'; export const a = 1;", 'index.d.ts': declared },
      /Cannot find package 'pg'/,
    ],
    [
      'has types that no user can compile',
      { 'index.js': 'export const a = 1;', 'index.d.ts': "export { a } from './other.js';" },
      /Cannot find module '\.\/other\.js'/,
    ],
  ];
  for (const [what, dist, expected] of [['is as it should be', GOOD, null] as const, ...broken]) {
    it(`${expected === null ? 'takes' : 'refuses'} a package that ${what}`, () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-release-check-'));
      try {
        const manifest = packageManifest('@taskwire/notifier', { 'fast-check': '*' });
        const files = { 'package.json': JSON.stringify(manifest), ...inFolder('dist', dist) };
        for (const [file, content] of Object.entries(inFolder('package', files)))
          writeInto(folder, file, content);
        const tarball = path.join(folder, 'notifier.tgz');
        spawnSync('tar', ['-czf', tarball, 'package'], { cwd: folder });
        const scratch = path.join(folder, 'scratch');
        mkdirSync(scratch);
        const check = () =>
          checkPackages(ROOT, [{ manifest, folder: 'packages/notifier', tarball }], scratch);
        if (expected === null) check();
        else assert.throws(check, expected);
        assert.ok(existsSync(path.join(scratch, 'node_modules/@taskwire/notifier/package.json')));
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

describe('the files of this repository', () => {
  it('have one version, and each that holds it is changed by a release', () => {
    const current = currentVersion(ROOT);
    const to = '99.0.0';
    const changes = changeVersions(ROOT, current, to);
    for (const [file, content] of changes) {
      if (file === 'package.json' || file.endsWith('dashboard/package.json')) continue;
      assert.ok(content.includes(to), file);
      const left = [...content.matchAll(/"(@taskwire\/[\w-]+)": "([^"]+)"/g)].filter(
        ([, , version]) => version === current,
      );
      assert.deepEqual(left, [], file);
    }
    for (const file of ['clients/python/pyproject.toml', 'package-lock.json', 'apps/worker/package.json']) {
      assert.ok(changes.has(file), file);
    }
    // Nothing else about the lock file: a release brings in no other version of anything.
    assert.equal(
      changes.get('package-lock.json')?.split('\n').length,
      readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8').split('\n').length,
    );
  });

  it('have a changelog that a release can turn the page of', () => {
    const changelog = readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8');
    assert.match(
      releaseChangelog(changelog, '99.0.0', '2026-01-02'),
      /^## Unreleased\n\n## 99\.0\.0 - 2026-01-02\n/m,
    );
  });
});
