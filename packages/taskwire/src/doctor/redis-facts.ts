import type { Redis } from 'ioredis';

/** What one Redis says of itself; null where we may not ask. */
export interface RedisFacts {
  readonly user: string | null;
  /** Whether a connection without any password is let in. */
  readonly open: boolean | null;
  readonly info: ReadonlyMap<string, string>;
  readonly settings: ReadonlyMap<string, string> | null;
  /** Round trip, ms. */
  readonly pingMs: number;
}

/** Each asked for by itself: who may not read one may read the others. */
const SETTINGS = [
  'appendfsync',
  'maxclients',
  'maxmemory',
  'maxmemory-policy',
  'min-replicas-to-write',
  'save',
  'stop-writes-on-bgsave-error',
  'tls-port',
];

/** Asks a connected Redis. Throws only where the connection is lost. */
export async function readRedisFacts(
  redis: Redis,
  pingMs: number,
  open: boolean | null,
): Promise<RedisFacts> {
  return {
    pingMs,
    open,
    user: await unlessRefused(() => redis.call('ACL', 'WHOAMI').then(String)),
    info: parseInfo((await unlessRefused(() => redis.info())) ?? ''),
    settings: await unlessRefused(() => readSettings(redis)),
  };
}

async function readSettings(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const settings = new Map<string, string>();
  for (const name of SETTINGS) {
    const [found, value] = (await redis.config('GET', name)) as readonly string[];
    if (found !== undefined && value !== undefined) settings.set(found, value);
  }
  return settings;
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':') && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const),
  );
}

/** @returns null where the server refuses; a lost connection is thrown on */
export async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    // ioredis: what the server answered, unlike what became of the connection.
    if ((error as Error).name === 'ReplyError') return null;
    throw error;
  }
}
