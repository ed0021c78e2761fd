import { beginConnecting, createRedisConnection, endConnection } from '@taskwire/listener';
import type { ChangeAnnouncement, Logger, RedisNames, RedisNodes } from '@taskwire/protocol';

export interface ChangeHintsOptions {
  readonly redisUrl: string;
  readonly redisCaFile?: string | undefined;
  readonly redisNodes?: RedisNodes | undefined;
  readonly names: Pick<RedisNames, 'changes'>;
  /** The name that this process announces its own commits under: those need not come back. */
  readonly consumer: string | null;
  readonly hear: (announcement: ChangeAnnouncement) => void;
  readonly logger: Logger;
  readonly random: () => number;
}

/** What other replicas announce, while somebody wants to hear it. Any of it can be lost; the database is the truth. */
export interface ChangeHints {
  /** Whether announcements come. */
  isHearing(): boolean;
  listen(): void;
  silence(): void;
}

/** A subscription hears nothing for long when nothing happens; asking tells silence from a dead connection. */
const PING_INTERVAL_MS = 2_000;

export function createChangeHints(options: ChangeHintsOptions): ChangeHints {
  const own =
    options.consumer === null ? null : Buffer.from(`{"consumer":${JSON.stringify(options.consumer)},`);
  let close: (() => void) | undefined;
  let isHearing = false;

  function hear(_channel: Buffer, payload: Buffer): void {
    if (own !== null && payload.subarray(0, own.length).equals(own)) return;
    const announcement = readAnnouncement(payload);
    if (announcement !== null) options.hear(announcement);
  }

  function listen(): void {
    if (close !== undefined) return;
    const { redisUrl: url, redisCaFile: caFile, redisNodes: nodes, logger, random } = options;
    const redis = createRedisConnection({ url, caFile, nodes, role: 'live', logger, random });
    redis.on('messageBuffer', hear);
    redis.on('ready', () => {
      const done = (): void => {
        isHearing = redis.status === 'ready';
      };
      redis.subscribe(options.names.changes).then(done, () => redis.disconnect(true));
    });
    redis.on('close', () => {
      isHearing = false;
    });
    const pinging = setInterval(() => {
      if (redis.status === 'ready') redis.ping().catch(() => {});
    }, PING_INTERVAL_MS);
    pinging.unref();
    beginConnecting(redis);
    close = () => {
      clearInterval(pinging);
      endConnection(redis);
    };
  }

  return {
    isHearing: () => isHearing,
    listen,
    silence: () => {
      close?.();
      close = undefined;
      isHearing = false;
    },
  };
}

/** Null for what no taskwire of this release or a later one sends. */
function readAnnouncement(payload: Buffer): ChangeAnnouncement | null {
  try {
    const announcement = JSON.parse(payload.toString()) as Partial<ChangeAnnouncement> | null;
    const changes: readonly unknown[] = announcement?.changes ?? [];
    return changes.every(isChange) ? (announcement as ChangeAnnouncement) : null;
  } catch {
    return null;
  }
}

function isChange(change: unknown): boolean {
  if (typeof change !== 'object' || change === null) return false;
  const { task_request_id, status, revision, transaction } = change as Readonly<Record<string, unknown>>;
  return (
    typeof task_request_id === 'string' &&
    typeof status === 'string' &&
    typeof revision === 'number' &&
    typeof transaction === 'number'
  );
}
