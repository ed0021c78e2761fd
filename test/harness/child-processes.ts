import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The process ids of the direct children of `pid`. */
export function childProcessesOf(pid: number): readonly number[] {
  return parents()
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
}

function parents(): readonly (readonly [child: number, parent: number])[] {
  if (!existsSync('/proc/self/stat')) {
    return spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map(([child = 0, parent = 0]) => [child, parent] as const);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // "pid (command) state ppid …", and the command may hold spaces and parentheses.
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const];
      } catch {
        return []; // It ended while we looked.
      }
    });
}
