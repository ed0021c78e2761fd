import { readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own tick is. */
const TICKS_PER_S = 100;

export interface ProcessUsage {
  /** Highest resident set so far, MiB. */
  readonly rssPeakMib: number;
  /** User and system time so far, seconds. */
  readonly cpuS: number;
}

/** What a running process has used, from /proc. */
export function readProcessUsage(pid: number): ProcessUsage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const peakKib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  // The name in parentheses may contain spaces; the fields after it are counted from there.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return { rssPeakMib: peakKib / 1024, cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S };
}
