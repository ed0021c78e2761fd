import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the container may use. Null where there is no limit, or no control groups. */
export interface CgroupLimits {
  readonly version: 1 | 2 | null;
  readonly memory_limit_bytes: number | null;
  readonly memory_used_bytes: number | null;
  /** CPUs' worth of time: 1.5 is one and a half. */
  readonly cpu_limit: number | null;
}

/** Version 1 writes "no limit" as the largest page-aligned number. */
const UNLIMITED_FROM = 2 ** 60;

/** @param root where control groups are mounted; a container sees its own group there */
export async function readCgroup(root = '/sys/fs/cgroup'): Promise<CgroupLimits> {
  const number = async (...path: readonly string[]): Promise<number | null> => {
    const text = await readFile(join(root, ...path), 'utf8').catch(() => '');
    const value = /^\d+\s*$/.test(text) ? Number(text) : Number.NaN;
    return value < UNLIMITED_FROM ? value : null;
  };
  const cpuMax = await readFile(join(root, 'cpu.max'), 'utf8').catch(() => undefined);
  const memoryUsed = await number('memory.current');
  if (cpuMax !== undefined || memoryUsed !== null) {
    const [quota, period] = (cpuMax ?? 'max').trim().split(' ').map(Number);
    return {
      version: 2,
      memory_limit_bytes: await number('memory.max'),
      memory_used_bytes: memoryUsed,
      cpu_limit: ratio(quota, period),
    };
  }
  const used = await number('memory', 'memory.usage_in_bytes');
  const [quota, period] = [await number('cpu', 'cpu.cfs_quota_us'), await number('cpu', 'cpu.cfs_period_us')];
  return {
    version: used === null && period === null ? null : 1,
    memory_limit_bytes: await number('memory', 'memory.limit_in_bytes'),
    memory_used_bytes: used,
    cpu_limit: ratio(quota ?? undefined, period ?? undefined),
  };
}

const ratio = (quota: number | undefined, period: number | undefined): number | null =>
  quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : null;
