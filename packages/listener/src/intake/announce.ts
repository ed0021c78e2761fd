import type { ChangeAnnouncement, Logger, RedisNames } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import { redisFailureDetail } from '../redis/redis-error.ts';

/** Tells whoever wants to know what one commit changed. A hint: losing it loses no event. */
export type Announce = (announcement: ChangeAnnouncement) => void | Promise<void>;

/** The usual way: one message on {@link RedisNames.changes}, for the other replicas and for live updates. */
export function announceOverRedis(redis: Redis, names: RedisNames, logger: Logger): Announce {
  return async (announcement) => {
    try {
      await redis.publish(names.changes, JSON.stringify(announcement));
    } catch (error) {
      logger.debug({ err: error }, `A change was not announced: ${redisFailureDetail(error)}`);
    }
  };
}
