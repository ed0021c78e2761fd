/**
 * Makes a release: `npm run release -- X.Y.Z`. Everything is built and checked in a checkout of its own, so that the
 * working tree changes at the very end, and only where all went well. Nothing leaves this machine without --publish.
 * docs/releasing.md is for those who release.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { releaseChangelog, unreleasedNotes } from './changelog.ts';
import { buildImages, canBuildImages, imageTags } from './images.ts';
import { checkPackages, packPackages } from './npm-packages.ts';
import { buildWheel } from './python-wheel.ts';
import { ReleaseRefusal } from './release-refusal.ts';
import { run, succeeds } from './run.ts';
import { type Changes, changeVersions, currentVersion, refuseWrongVersion } from './versions.ts';

interface Wish {
  readonly version: string;
  readonly dryRun: boolean;
  readonly publish: boolean;
  readonly withoutImages: boolean;
  readonly imagePrefix: string;
}

function readWish(given: readonly string[]): Wish {
  const { positionals, values } = parseArgs({
    args: [...given],
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      'without-images': { type: 'boolean', default: false },
      'image-prefix': { type: 'string', default: '' },
    },
  });
  const [version, ...others] = positionals;
  if (version === undefined || others.length > 0) {
    throw new ReleaseRefusal(
      'expected one version: npm run release -- X.Y.Z [--dry-run | --publish] [--without-images] [--image-prefix registry.example/]',
    );
  }
  if (values['dry-run'] && values.publish)
    throw new ReleaseRefusal('--dry-run and --publish exclude each other');
  return {
    version,
    dryRun: values['dry-run'],
    publish: values.publish,
    withoutImages: values['without-images'],
    imagePrefix: values['image-prefix'],
  };
}

/** Looks before anything is built. @returns the files that change, and what is new in words */
function plan(root: string, { version }: Wish): { readonly changes: Changes; readonly notes: string } {
  const tagged = (tag: string) =>
    succeeds('git', ['rev-parse', '-q', '--verify', `refs/tags/${tag}`], { cwd: root });
  const dirty = run('git', ['status', '--porcelain'], { cwd: root });
  if (dirty !== '')
    throw new ReleaseRefusal(
      `the working tree has changes, commit them first: ${dirty.split('\n')[0]?.trim()} …`,
    );
  const current = currentVersion(root);
  refuseWrongVersion(version, current, tagged(`v${current}`));
  const changelog = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8');
  const notes = unreleasedNotes(changelog);
  const today = new Date().toISOString().slice(0, 10);
  const changes = new Map(changeVersions(root, current, version));
  changes.set('CHANGELOG.md', releaseChangelog(changelog, version, today));
  return { changes, notes };
}

function write(folder: string, changes: Changes): void {
  for (const [file, content] of changes) writeFileSync(path.join(folder, file), content);
}

function release(root: string, wish: Wish): void {
  const { version } = wish;
  const { changes, notes } = plan(root, wish);
  say(`${version}: ${changes.size} files change`);
  const scratch = mkdtempSync(path.join(tmpdir(), 'taskwire-release-'));
  const checkout = path.join(scratch, 'checkout');
  const output = path.join(root, 'dist', version);
  try {
    run('git', ['worktree', 'add', '--quiet', '--detach', checkout, 'HEAD'], { cwd: root });
    write(checkout, changes);
    rmSync(output, { recursive: true, force: true });
    mkdirSync(output, { recursive: true });
    const artefacts = path.join(scratch, 'artefacts');
    mkdirSync(artefacts);

    run('npm', ['run', '--silent', 'build'], { cwd: root });
    const packages = packPackages(root, checkout, artefacts);
    const consumer = path.join(scratch, 'consumer');
    mkdirSync(consumer);
    checkPackages(root, packages, consumer);
    for (const { manifest, tarball } of packages)
      say(`${manifest.name}: ${path.basename(tarball)}, exports and types are good`);

    const wheel = buildWheel(root, checkout, artefacts, scratch, version);
    for (const file of wheel) say(`Python: ${path.basename(file)}`);
    const files = [...packages.map(({ tarball }) => tarball), ...wheel];
    for (const file of files) cpSync(file, path.join(output, path.basename(file)));

    const tags = wish.withoutImages
      ? new Map<string, string>()
      : imageTags(checkout, wish.imagePrefix, version);
    makeImages(checkout, tags, wish);

    const kept = (file: string) => path.join('dist', version, path.basename(file));
    const publishing = [
      ...packages.map(({ tarball }) => ['npm', 'publish', '--access', 'public', kept(tarball)]),
      ['python3', '-m', 'twine', 'upload', ...wheel.map(kept)],
      ...[...tags.values()].map((tag) => ['docker', 'push', tag]),
      ['git', 'push', '--follow-tags'],
    ];
    if (wish.dryRun) {
      say(`a dry run: nothing is changed; the packages are in dist/${version}`);
      return;
    }
    write(root, changes);
    run('git', ['commit', '--quiet', '--message', `Release ${version}`, '--', ...changes.keys()], {
      cwd: root,
    });
    run('git', ['tag', '--annotate', `v${version}`, '--message', `${version}\n\n${notes}`], { cwd: root });
    say(`committed and tagged v${version}`);
    if (!wish.publish) {
      say('to publish:');
      for (const command of publishing) console.log(`  ${command.join(' ')}`);
      return;
    }
    for (const [program = '', ...given] of publishing) {
      run(program, given, { cwd: root });
      say(`done: ${[program, ...given].join(' ')}`);
    }
  } finally {
    succeeds('git', ['worktree', 'remove', '--force', checkout], { cwd: root });
    rmSync(scratch, { recursive: true, force: true });
  }
}

function makeImages(checkout: string, tags: ReadonlyMap<string, string>, { dryRun, version }: Wish): void {
  if (tags.size === 0) return;
  if (canBuildImages()) {
    buildImages(checkout, tags, version);
    for (const tag of tags.values()) say(`image: ${tag}`);
  } else if (dryRun) {
    say(`images not tried, as no container engine answers: ${[...tags.values()].join(', ')}`);
  } else {
    throw new ReleaseRefusal(
      'no container engine answers: start one, or leave the images out by --without-images',
    );
  }
}

const say = (line: string): void => console.log(`release: ${line}`);

try {
  release(process.cwd(), readWish(process.argv.slice(2)));
} catch (error) {
  const expected = error instanceof ReleaseRefusal || (error instanceof TypeError && 'code' in error);
  if (!expected) throw error;
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
}
