import assert from 'node:assert/strict';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { runInTest } from '../../../test/run-in-test.ts';

const STATISTICS = 'tasks.web.system.analyze_cleanup_statistics';
const PATTERNS = 'tasks.web.system.analyze_file_cleanup_patterns';
const RESOURCES = 'tasks.web.system.analyze_resources';
const DAY_MS = 86_400_000;

/** A folder with the given files: path to size and age. */
function folderWith(
  t: TestContext,
  files: Readonly<Record<string, readonly [bytes: number, ageDays: number]>>,
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-survey-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, [bytes, ageDays]] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, Buffer.alloc(bytes, 'x'));
    const time = new Date(Date.now() - ageDays * DAY_MS - 60_000);
    utimesSync(file, time, time);
  }
  return folder;
}

test('cleanup statistics count what is older, by age, the largest first', async (t) => {
  const folder = folderWith(t, {
    'new.txt': [100, 0],
    'old/a.log': [10_000, 45],
    'old/b.log': [200_000, 100],
    'old/deep/er/c.log': [30_000, 400],
  });
  mkdirSync(path.join(folder, 'nothing'));
  const result = await runInTest(STATISTICS, { folders: [folder], older_than_days: 30 });
  assert.deepEqual([result.total.files, result.total.bytes], [4, 240_100]);
  assert.deepEqual([result.cleanable.files, result.cleanable.bytes], [3, 240_000]);
  assert.deepEqual(
    result.largest.map((one: { path: string; age_days: number }) => [path.basename(one.path), one.age_days]),
    [
      ['b.log', 100],
      ['c.log', 400],
      ['a.log', 45],
    ],
  );
  const buckets = result.age_buckets.map((one: { from_days: number; files: number }) => [
    one.from_days,
    one.files,
  ]);
  assert.deepEqual(buckets, [
    [0, 1],
    [1, 0],
    [7, 0],
    [30, 1],
    [90, 1],
    [180, 0],
    [365, 1],
  ]);
  assert.equal(result.empty_folders, 1);
  assert.equal(result.complete, true);
  assert.ok(result.cleanable.disk_bytes >= 240_000);
});

test('symbolic links are not followed, a second name of a file is counted once', async (t) => {
  const folder = folderWith(t, { 'inside/a': [1_000, 1], 'outside/b': [5_000, 1] });
  symlinkSync(path.join(folder, 'outside'), path.join(folder, 'inside', 'link-to-folder'));
  symlinkSync(path.join(folder, 'outside', 'b'), path.join(folder, 'inside', 'link-to-file'));
  symlinkSync('/nowhere', path.join(folder, 'inside', 'dangling'));
  symlinkSync('..', path.join(folder, 'inside', 'loop'));
  linkSync(path.join(folder, 'inside', 'a'), path.join(folder, 'inside', 'a-again'));
  const result = await runInTest(STATISTICS, { folders: [path.join(folder, 'inside')], older_than_days: 0 });
  assert.deepEqual([result.total.files, result.total.bytes], [1, 1_000]);
  assert.deepEqual([result.skipped.symbolic_links, result.skipped.hard_links], [4, 1]);

  const throughLink = await runInTest(STATISTICS, {
    folders: [path.join(folder, 'inside', 'link-to-folder')],
  });
  assert.equal(throughLink.total.files, 0);
  assert.match(throughLink.folders[0].error, /is not a folder/);
});

test('what may not be read is passed over and counted', {
  skip: process.getuid?.() === 0 && 'root reads all',
}, async (t) => {
  const folder = folderWith(t, { 'closed/a': [1_000, 1], b: [10, 1] });
  chmodSync(path.join(folder, 'closed'), 0);
  // Before the folder is removed, which is the first thing that happens after this test.
  const result = await runInTest(STATISTICS, { folders: [folder] }).finally(() =>
    chmodSync(path.join(folder, 'closed'), 0o700),
  );
  assert.deepEqual([result.total.files, result.skipped.unreadable], [1, 1]);
});

test('a missing folder is reported beside the others', async (t) => {
  const folder = folderWith(t, { a: [10, 1] });
  const result = await runInTest(STATISTICS, { folders: [folder, `${folder}/gone`, folder, `${folder}/`] });
  assert.equal(result.folders.length, 2);
  assert.equal(result.total.files, 1);
  assert.match(result.folders[1].error, /ENOENT/);
  assert.equal(result.complete, false);
});

test('the survey ends at its limits and says at which', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, [10, 1] as const]));
  const folder = folderWith(t, files);
  const result = await runInTest(STATISTICS, { folders: [folder], entries_max: 20 });
  assert.equal(result.stopped_by, 'entries_max');
  assert.equal(result.complete, false);
  assert.equal(result.total.files, 20);
});

test('progress rises to 1 and an abort ends the survey', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, [10, 1] as const]));
  const folders = [folderWith(t, files), folderWith(t, files)];
  const progress: number[] = [];
  await runInTest(STATISTICS, { folders }, { onProgress: (one) => progress.push(one) });
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
  );
  assert.equal(progress.at(-1), 1);
  assert.ok(progress.some((one) => one > 0.2 && one < 0.4));

  const abort = new AbortController();
  const reason = new Error('enough');
  const run = runInTest(
    STATISTICS,
    { folders },
    { signal: abort.signal, onProgress: () => abort.abort(reason) },
  );
  await assert.rejects(run, reason);
});

test('cleanup patterns tell which kinds of files the space goes to', async (t) => {
  const folder = folderWith(t, {
    'app/node_modules/left-pad/index.js': [50_000, 10],
    'app/node_modules/left-pad/debug.log': [50_000, 10],
    'app/src/__pycache__/a.cpython-312.pyc': [20_000, 10],
    'app/src/main.py': [1_000, 1],
    'var/log/app.log': [5_000, 1],
    'var/log/app.log.1': [6_000, 2],
    'var/log/app.log.2.gz': [6_000, 3],
    'var/log/app.log-20250101': [6_000, 4],
    'var/core.4242': [90_000, 5],
    'tmp/x.tmp': [3_000, 1],
    'home/.cache/pip/wheel.whl': [40_000, 5],
    'home/notes.txt~': [500, 5],
    'home/letter.bak': [700, 5],
  });
  const result = await runInTest(PATTERNS, { folders: [folder] });
  const sums = Object.fromEntries(
    result.patterns.map((one: { pattern: string; files: number; bytes: number }) => [
      one.pattern,
      [one.files, one.bytes],
    ]),
  );
  assert.deepEqual(sums, {
    node_modules: [2, 100_000],
    core_dump: [1, 90_000],
    cache: [1, 40_000],
    python_cache: [1, 20_000],
    rotated_log: [3, 18_000],
    log: [1, 5_000],
    temporary: [1, 3_000],
    backup: [1, 700],
    editor_leftover: [1, 500],
  });
  assert.equal(result.patterns[0].pattern, 'node_modules');
  assert.deepEqual([result.unmatched.files, result.unmatched.bytes], [1, 1_000]);
  assert.equal(result.total.files, 13);
  const shares = result.patterns.reduce((sum: number, one: { share: number }) => sum + one.share, 0);
  assert.ok(shares > 0.9 && shares <= 1);
  assert.deepEqual(result.extensions[0], { extension: '4242', files: 1, bytes: 90_000 });
});

test('resources are those of this machine', async () => {
  const progress: number[] = [];
  const result = await runInTest(RESOURCES, { sample_ms: 60 }, { onProgress: (one) => progress.push(one) });
  assert.equal(result.cpu.per_core_percent.length, result.cpu.cores);
  assert.ok(result.cpu.total_percent >= 0 && result.cpu.total_percent <= 100);
  assert.ok(result.memory.total_bytes > result.memory.free_bytes);
  assert.ok(result.process.rss_bytes > 1_000_000);
  assert.ok(result.disks.length > 0);
  for (const disk of result.disks) {
    assert.equal(disk.error, undefined, disk.error);
    assert.ok(disk.total_bytes >= disk.used_bytes);
  }
  assert.equal(progress.at(-1), 1);
});

test('a mount point that is not there is an error of its own', async () => {
  const result = await runInTest(RESOURCES, { sample_ms: 50, mount_points: ['/', '/no/such/mount'] });
  assert.ok(result.disks[0].total_bytes > 0);
  assert.match(result.disks[1].error, /ENOENT/);
});

test('parameters that make no sense are refused before anything is read', async () => {
  for (const [name, parameters] of [
    [STATISTICS, { folders: ['relative/path'] }],
    [STATISTICS, { folders: ['/nul\0'] }],
    [STATISTICS, { folders: [] }],
    [STATISTICS, { older_than_days: -1 }],
    [PATTERNS, { folders: '/tmp' }],
    [RESOURCES, { sample_ms: 1e9 }],
    [RESOURCES, { sample: 5 }],
  ] as const) {
    await assert.rejects(
      runInTest(name, parameters),
      { code: 'parameters_invalid' },
      JSON.stringify(parameters),
    );
  }
});
