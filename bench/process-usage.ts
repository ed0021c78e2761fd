import { readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own tick is. */
const TICKS_PER_S = 100;

export interface ProcessUsage {
  /** Highest resident set so far, MiB. */
  readonly rssPeakMib: number;
  /** User and system time so far, seconds, of it and of its children that have ended. */
  readonly cpuS: number;
}

/** What a running process has used, from /proc. */
export function readProcessUsage(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const peakKib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  // The name in parentheses may contain spaces; the fields after it are counted from there.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return {
    rssPeakMib: peakKib / 1024,
    cpuS: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_S,
  };
}

/** The CPU time of PostgreSQL: of the server process and all those that it has started. */
export function readTreeCpuS(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children.map(Number)].reduce((sum, each) => {
    try {
      return sum + readProcessUsage(each).cpuS;
    } catch {
      return sum; // It ended meanwhile, and its time is its parent's now.
    }
  }, 0);
}
