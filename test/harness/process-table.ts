import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** 'Z' has ended and waits for its parent, or for init, to take notice. */
  readonly state: string;
}

/** The process ids of the direct children of `pid`. */
export function childProcessesOf(pid: number): readonly number[] {
  return processTable()
    .filter((entry) => entry.parent === pid)
    .map((entry) => entry.pid);
}

/** Whether any of the processes still runs. One that has ended and was not reaped yet does not. */
export function anyRuns(pids: readonly number[]): boolean {
  const wanted = new Set(pids);
  return processTable().some((entry) => wanted.has(entry.pid) && !entry.state.startsWith('Z'));
}

function processTable(): readonly ProcessEntry[] {
  const hasProc = existsSync('/proc/self/stat');
  return hasProc ? readdirSync('/proc').flatMap(entryFromProc) : entriesFromPs();
}

function entryFromProc(name: string): readonly ProcessEntry[] {
  if (!/^\d+$/.test(name)) return [];
  try {
    // "pid (command) state parent …", and the command may hold spaces and parentheses.
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(name), parent: Number(parent), state }];
  } catch {
    return []; // It ended while we looked.
  }
}

function entriesFromPs(): readonly ProcessEntry[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state = '']) => ({ pid: Number(pid), parent: Number(parent), state }));
}
