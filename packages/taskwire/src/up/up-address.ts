import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where a `taskwire up` runs: left in its folder, so that commands with the same settings find it. */
export interface UpAddress {
  /** Of the web process. */
  readonly url: string;
  /** Of the Redis that is its own; null where it uses one that REDIS_URL names. */
  readonly redisUrl: string | null;
}

const FILE = 'up.json';

export function writeUpAddress(dataDir: string, address: UpAddress): void {
  writeFileSync(path.join(dataDir, FILE), JSON.stringify(address));
}

export function removeUpAddress(dataDir: string): void {
  rmSync(path.join(dataDir, FILE), { force: true });
}

/** @returns null where there is none. What was killed leaves one behind: an address is no proof that anything runs. */
export function readUpAddress(dataDir: string): UpAddress | null {
  try {
    const { url, redisUrl } = JSON.parse(readFileSync(path.join(dataDir, FILE), 'utf8'));
    if (typeof url !== 'string' || !URL.canParse(url)) return null;
    return { url, redisUrl: typeof redisUrl === 'string' && URL.canParse(redisUrl) ? redisUrl : null };
  } catch {
    return null;
  }
}
