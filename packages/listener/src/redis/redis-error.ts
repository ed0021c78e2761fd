import { messageOf } from '@taskwire/protocol';

/** What a failed Redis command means for a lane. */
export type RedisFailure =
  /** No connection, or it broke: wait until it is back. */
  | 'unreachable'
  /** The stream or the consumer group is gone: make it again, at once. */
  | 'group_gone'
  /** Full, a replica, or unable to save: it answers and takes nothing. */
  | 'refuses_writes'
  /** The key holds something of another type: somebody has to look. */
  | 'wrong_type'
  | 'other';

export function redisFailure(error: unknown): RedisFailure {
  const message = messageOf(error);
  // From a script of an older server the code stands in the middle of the message.
  if (/\b(NOGROUP|UNBLOCKED)\b/.test(message)) return 'group_gone';
  if (/\b(OOM|MISCONF|READONLY|NOREPLICAS)\b/.test(message)) return 'refuses_writes';
  if (message.includes('WRONGTYPE')) return 'wrong_type';
  if (/^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK) /.test(message)) return 'unreachable';
  return /^[A-Z]+ /.test(message) ? 'other' : 'unreachable';
}

const SENTENCES: Readonly<Record<RedisFailure, string>> = {
  unreachable: 'Redis cannot be reached',
  group_gone: 'the stream or its consumer group is gone',
  refuses_writes: 'Redis refuses writes',
  wrong_type: 'the key holds another type of value',
  other: 'Redis answered with an error',
};

/** In words, for health and logs. */
export const redisFailureDetail = (error: unknown): string =>
  `${SENTENCES[redisFailure(error)]}: ${messageOf(error)}`;
