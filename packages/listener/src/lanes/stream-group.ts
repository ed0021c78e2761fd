import { CONSUMER_GROUP, messageOf } from '@taskwire/protocol';
import type { Redis } from 'ioredis';

/**
 * Makes sure that the stream and its consumer group are there. The group begins at 0: what is in the stream and was not
 * settled has to be read, whoever deleted the group.
 * @returns whether it was made now
 */
export async function ensureGroup(redis: Redis, stream: string): Promise<boolean> {
  try {
    await redis.xgroup('CREATE', stream, CONSUMER_GROUP, '0', 'MKSTREAM');
    return true;
  } catch (error) {
    if (messageOf(error).startsWith('BUSYGROUP')) return false;
    throw error;
  }
}
