import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type CpuInfo, tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { readCgroup } from './cgroup.ts';
import { cpuUsageBetween } from './cpu-usage.ts';
import { localMountPoints } from './disks.ts';

const core = (user: number, idle: number): CpuInfo => ({
  model: 'test',
  speed: 1,
  times: { user, nice: 0, sys: 0, idle, irq: 0 },
});

function folderWith(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-cgroup-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

test('processor use is the busy share of the time between two readings', () => {
  const usage = cpuUsageBetween([core(100, 100), core(0, 0)], [core(150, 150), core(0, 100)]);
  assert.deepEqual(usage, { total_percent: 25, per_core_percent: [50, 0] });
});

test('a clock that stood still or ran backwards is no use, and never more than all', () => {
  assert.deepEqual(cpuUsageBetween([core(10, 10)], [core(10, 10)]).per_core_percent, [0]);
  assert.deepEqual(cpuUsageBetween([core(10, 10)], [core(20, 5)]).per_core_percent, [100]);
  assert.deepEqual(cpuUsageBetween([], [core(20, 5)]), { total_percent: 0, per_core_percent: [0] });
});

test('limits of control groups, version 2', async (t) => {
  const files = { 'cpu.max': '150000 100000\n', 'memory.max': '536870912\n', 'memory.current': '1000\n' };
  assert.deepEqual(await readCgroup(folderWith(t, files)), {
    version: 2,
    memory_limit_bytes: 536_870_912,
    memory_used_bytes: 1_000,
    cpu_limit: 1.5,
  });
  const unlimited = { 'cpu.max': 'max 100000\n', 'memory.max': 'max\n', 'memory.current': '1000\n' };
  assert.deepEqual(await readCgroup(folderWith(t, unlimited)), {
    version: 2,
    memory_limit_bytes: null,
    memory_used_bytes: 1_000,
    cpu_limit: null,
  });
});

test('limits of control groups, version 1, where the largest number means none', async (t) => {
  const files = {
    'memory/memory.limit_in_bytes': '9223372036854771712\n',
    'memory/memory.usage_in_bytes': '1000\n',
    'cpu/cpu.cfs_quota_us': '-1\n',
    'cpu/cpu.cfs_period_us': '100000\n',
  };
  assert.deepEqual(await readCgroup(folderWith(t, files)), {
    version: 1,
    memory_limit_bytes: null,
    memory_used_bytes: 1_000,
    cpu_limit: null,
  });
  assert.equal((await readCgroup(folderWith(t, {}))).version, null);
});

test('mount points are those of local file systems, one a device, with escapes undone', () => {
  const mountInfo = [
    '21 1 8:1 / / rw - ext4 /dev/sda1 rw',
    '22 21 8:1 /sub /a/bind/mount rw - ext4 /dev/sda1 rw',
    '23 21 8:2 / /my\\040disk rw shared:1 - xfs /dev/sdb1 rw',
    '24 21 0:5 / /proc rw - proc proc rw',
    '25 21 0:6 / /dev/shm rw - tmpfs tmpfs rw',
    '26 21 0:7 / /mnt/nfs rw - nfs4 server:/x rw',
    'nonsense',
    '',
  ].join('\n');
  assert.deepEqual(localMountPoints(mountInfo), ['/', '/my disk']);
});
