import { readFileSync, statSync } from 'node:fs';

let boot: string | undefined;

/**
 * What tells this file from a copy of it: device, inode and the boot of the host. After a real reboot it differs as
 * well, since a machine cloned while it was off cannot be told from one that was restarted; all that follows is that
 * nobody declares the old publisher closed, and that it is collected for its silence instead.
 */
export function fileIdentity(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  boot ??= bootId();
  return `${dev}:${ino}:${boot}`;
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
