import type { CpuInfo } from 'node:os';

export interface CpuUsage {
  /** 0 to 100 over all cores. */
  readonly total_percent: number;
  readonly per_core_percent: readonly number[];
}

/** What the cores did between two readings of os.cpus(). A core that went away or stood still counts as idle. */
export function cpuUsageBetween(before: readonly CpuInfo[], after: readonly CpuInfo[]): CpuUsage {
  let busyAll = 0;
  let timeAll = 0;
  const perCore = after.map((core, index) => {
    const earlier = before[index];
    if (earlier === undefined) return 0;
    const time = totalTime(core) - totalTime(earlier);
    const busy = time - (core.times.idle - earlier.times.idle);
    if (time <= 0) return 0;
    busyAll += busy;
    timeAll += time;
    return percent(busy, time);
  });
  return { total_percent: percent(busyAll, timeAll), per_core_percent: perCore };
}

const totalTime = ({ times }: CpuInfo): number =>
  times.user + times.nice + times.sys + times.idle + times.irq;

const percent = (part: number, whole: number): number =>
  whole <= 0 ? 0 : Math.round(Math.min(1, Math.max(0, part / whole)) * 1_000) / 10;
