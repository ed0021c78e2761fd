import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Why this machine cannot give a process a disk of its own, as a sentence; false where it can. For `skip` of a test. */
export function whyNoSmallDisk(): string | false {
  if (process.platform !== 'linux') return 'Mount namespaces are of Linux.';
  if (process.getuid?.() !== 0) return 'Mounting needs root.';
  const tried = spawnSync('unshare', [
    '--mount',
    '--',
    'mount',
    '-t',
    'tmpfs',
    '-o',
    'size=64k',
    'tmpfs',
    '/mnt',
  ]);
  return tried.status !== 0 && `A mount is refused: ${String(tried.stderr ?? tried.error).trim()}`;
}

/**
 * Put before a command: it finds a small disk of its own at `directory`, which is made where it is not there and
 * belongs to whom its parent belongs to. The disk is in the mount namespace of that process, and goes with it.
 * @param flags further options of mount(8), such as `ro`
 */
export function withSmallDisk(
  directory: string,
  kib: number,
  flags: readonly string[] = [],
): readonly string[] {
  const owner = 'uid=$(stat -c %u "$0/.."),gid=$(stat -c %g "$0/..")';
  const options = [`size=${kib}k`, owner, ...flags].join(',');
  const mounted = `mkdir -p "$0" && mount -t tmpfs -o "${options}" tmpfs "$0" && exec "$@"`;
  return ['unshare', '--mount', '--', 'sh', '-c', mounted, directory];
}

/** Takes all that is left on the disk that process `pid` sees at `directory`. */
export function fillDisk(pid: number, directory: string): void {
  for (const bytes of [1_048_576, 65_536, 4_096]) {
    while (appends(fillerOf(pid, directory), bytes));
  }
}

export const freeDisk = (pid: number, directory: string): void => rmSync(fillerOf(pid, directory));

/** The disk is not in our namespace, so it is reached through that of the process. */
export const seenBy = (pid: number, file: string): string => path.join('/proc', String(pid), 'root', file);

const fillerOf = (pid: number, directory: string): string => seenBy(pid, path.join(directory, 'filler'));

function appends(file: string, bytes: number): boolean {
  try {
    writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
