import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SystemUser } from './system-user.ts';

const owned = new Set<string>();

/** A new folder for temporary things; removed by {@link removeOwnedDirectory}, at the latest when the process exits. */
export function createOwnedDirectory(purpose: string, owner?: SystemUser): string {
  if (owned.size === 0) process.once('exit', () => owned.forEach(removeOwnedDirectory));
  const directory = mkdtempSync(path.join(tmpdir(), `taskwire-${purpose}-`));
  owned.add(directory);
  if (owner !== undefined) chownSync(directory, owner.uid, owner.gid);
  return directory;
}

export function removeOwnedDirectory(directory: string): void {
  if (!owned.delete(directory)) return;
  // A server that is just ending may still write into it: hence the retries.
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
}
