import { randomBytes } from 'node:crypto';
import { createRedisConnection, endConnection } from '@taskwire/listener';
import { type RedisServerSettings, redisNodes, type Settings, silentLogger } from '@taskwire/protocol';
import type { Environment } from '../command-line/command.ts';

/** Names in a Redis that others use as well: no other worker takes our tasks, and no other listener our events. */
export interface IsolatedNames {
  readonly env: Environment;
  /** Removes what is left under these names. */
  sweep(): Promise<void>;
}

/** Keys looked at in one step of a sweep. */
const SCAN_COUNT = 1_000;

export function isolateNames(
  settings: RedisServerSettings & Pick<Settings, 'keyPrefix' | 'channel' | 'queue' | 'taskQueue'>,
): IsolatedNames {
  const mark = `once-${randomBytes(6).toString('hex')}`;
  return {
    env: {
      TASKWIRE_KEY_PREFIX: `${settings.keyPrefix ?? ''}${mark}:`,
      TASK_STATUS_REDIS_CHANNEL: `${settings.channel}-${mark}`,
      TASK_STATUS_QUEUE_NAME: `${settings.queue}-${mark}`,
      TASKWIRE_TASK_QUEUE: `${settings.taskQueue}-${mark}`,
    },
    sweep: async () => {
      const redis = createRedisConnection({
        url: settings.redisUrl,
        caFile: settings.redisCaFile,
        nodes: redisNodes(settings),
        role: 'sweep',
        logger: silentLogger,
        random: Math.random,
      });
      try {
        await redis.connect();
        let cursor = '0';
        do {
          const [next, keys] = await redis.scan(cursor, 'MATCH', `*${mark}*`, 'COUNT', SCAN_COUNT);
          if (keys.length > 0) await redis.unlink(...keys);
          cursor = next;
        } while (cursor !== '0');
      } catch {
        // Who may not look at the keys of this Redis leaves some small ones behind; their names are never used again.
      } finally {
        endConnection(redis);
      }
    },
  };
}
