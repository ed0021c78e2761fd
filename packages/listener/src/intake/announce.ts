import type { ChangeAnnouncement, Logger, RedisNames } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import { redisFailureDetail } from '../redis/redis-error.ts';

/** Tells whoever wants to know what one commit changed. A hint: losing it loses no event. */
export type Announce = (announcement: ChangeAnnouncement) => void | Promise<void>;

/** The usual way: one message on {@link RedisNames.changes}, for the other replicas and for live updates. */
export function announceOverRedis(redis: Redis, names: RedisNames, logger: Logger): Announce {
  return async (announcement) => {
    await publish(redis, names, logger, announcement);
  };
}

/** Tells of commits, and says before one what it will want to tell. */
export interface Announcer {
  readonly announce: Announce;
  /** Whether it wants the changes of a commit of so many events; otherwise it is told of none. */
  readonly wantsChanges: (events: number) => boolean;
}

/** From so many events on it is cheaper to ask whether anybody hears. */
const ASKED_FROM_EVENTS = 32;

/**
 * The same for a listener, whose commits are many and large under load: as a rule nobody but itself hears them, and
 * writing them out would be a tenth of its work. Redis counts who hears a message, so a message that says nothing asks.
 * @param hearsItself whether a subscription of this listener is among those that hear
 */
export function announceWhereHeard(
  redis: Redis,
  names: RedisNames,
  logger: Logger,
  hearsItself: () => boolean,
): Announcer {
  let isHeard = true;
  const wantsChanges = (events: number): boolean => isHeard || events < ASKED_FROM_EVENTS;
  const tell = async (announcement: ChangeAnnouncement): Promise<void> => {
    const hearers = await publish(redis, names, logger, announcement);
    isHeard = hearers > (hearsItself() ? 1 : 0);
  };
  const announce: Announce = async (announcement) => {
    if (!wantsChanges(announcement.event_ids.length)) {
      await tell({ consumer: announcement.consumer, event_ids: [], changes: [] });
      // Whoever has just come hears of this commit without its changes, or of the next one, and reads what it missed.
      if (!isHeard) return;
    }
    await tell(announcement);
  };
  return { announce, wantsChanges };
}

/** @returns how many hear it; where it is not known, somebody may */
async function publish(
  redis: Redis,
  names: RedisNames,
  logger: Logger,
  announcement: ChangeAnnouncement,
): Promise<number> {
  try {
    return await redis.publish(names.changes, JSON.stringify(announcement));
  } catch (error) {
    logger.debug({ err: error }, `A change was not announced: ${redisFailureDetail(error)}`);
    return Number.POSITIVE_INFINITY;
  }
}
