import { randomBytes } from 'node:crypto';
import type { RedisNames } from '@taskwire/protocol';
import { redisPrefix } from './test-run.ts';

export interface IsolatedRedisNames extends RedisNames {
  /** What all of these names begin with; also for further keys of the same test, such as BullMQ's `prefix`. */
  readonly prefix: string;
}

/**
 * Names that no other test uses, so that tests share a Redis without seeing each other. The keys are deleted at the
 * end of the run where the Redis is not ours alone.
 */
export function isolatedRedisNames(): IsolatedRedisNames {
  const prefix = `${redisPrefix()}${randomBytes(6).toString('hex')}:`;
  return {
    prefix,
    channel: `${prefix}events`,
    queue: `${prefix}queue`,
    stream: `${prefix}stream`,
    acks: `${prefix}acks`,
    changes: `${prefix}changes`,
    heartbeats: `${prefix}heartbeats`,
  };
}
