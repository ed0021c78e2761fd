import {
  CONSUMER_GROUP,
  cancelRequestsKey,
  queueConsumersKey,
  type RedisNames,
  sendingNumberKey,
  shardCountKey,
} from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import { type Finding, note, ok, warning } from './finding.ts';
import { unlessRefused } from './redis-facts.ts';

type Call = readonly [command: string, ...rest: readonly string[]];

/** What the user of REDIS_URL may do of that which each role needs, and which harm it could do besides. */
export interface RedisRights {
  readonly user: string;
  readonly lacksAsWorker: readonly string[];
  readonly lacksAsListener: readonly string[];
  readonly dangerous: readonly string[];
}

/** @returns null where this user may not ask for that (or Redis is older than 7) */
export async function readRedisRights(
  redis: Redis,
  names: RedisNames,
  user: string,
): Promise<RedisRights | null> {
  const mayRun = async (call: Call): Promise<boolean> =>
    (await redis.call('ACL', 'DRYRUN', user, ...call)) === 'OK';
  const refused = async (calls: readonly Call[]): Promise<readonly string[]> => {
    const answers = await Promise.all(calls.map(mayRun));
    return calls.filter((_, index) => answers[index] === false).map(nameOf);
  };
  return unlessRefused(async () => ({
    user,
    lacksAsWorker: await refused(workerCalls(names)),
    lacksAsListener: await refused(listenerCalls(names)),
    dangerous: await (async () => {
      const lacks = new Set(await refused(DANGEROUS));
      return DANGEROUS.map(nameOf).filter((name) => !lacks.has(name));
    })(),
  }));
}

const workerCalls = (names: RedisNames): readonly Call[] => [
  ['EVALSHA', '0', '0'],
  ['TIME'],
  ['XADD', names.stream, '*', 'event', ''],
  ['XLEN', names.stream],
  ['SET', sendingNumberKey(names, 'id'), '1'],
  ['HMGET', names.acks, 'id'],
  ['HSET', names.heartbeats, 'id', ''],
  ['ZMSCORE', cancelRequestsKey(names), 'id'],
  ['PUBLISH', names.channel, ''],
];

const listenerCalls = (names: RedisNames): readonly Call[] => [
  ['EVALSHA', '0', '0'],
  ['TIME'],
  ['XGROUP', 'CREATE', names.stream, CONSUMER_GROUP, '0', 'MKSTREAM'],
  ['XREADGROUP', 'GROUP', CONSUMER_GROUP, 'me', 'STREAMS', names.stream, '>'],
  ['XAUTOCLAIM', names.stream, CONSUMER_GROUP, 'me', '1', '0-0'],
  ['XACK', names.stream, CONSUMER_GROUP, '0-1'],
  ['XDEL', names.stream, '0-1'],
  ['HSET', names.acks, 'id', ''],
  ['GET', shardCountKey(names)],
  ['HGETALL', names.heartbeats],
  ['LMOVE', names.queue, names.queue, 'RIGHT', 'LEFT'],
  ['ZADD', queueConsumersKey(names), '1', 'me'],
  ['SUBSCRIBE', names.channel],
  ['PUBLISH', names.changes, ''],
];

const DANGEROUS: readonly Call[] = [
  ['FLUSHALL'],
  ['SHUTDOWN'],
  ['CONFIG', 'SET', 'dir', '/'],
  ['ACL', 'SETUSER', 'somebody'],
  ['MODULE', 'LOAD', 'some.so'],
  ['REPLICAOF', 'NO', 'ONE'],
];

const nameOf = ([command, second]: Call): string =>
  /^(XGROUP|CONFIG|ACL|MODULE)$/.test(command) ? `${command} ${second}` : command;

export function judgeRights(user: string | null, rights: RedisRights | null): Finding {
  const check = 'redis.rights';
  if (rights === null) {
    return note(
      check,
      `${user === null ? 'this user' : `user ${user}`} may not ask what it may do (ACL DRYRUN, Redis 7 and newer)`,
      'That is as it should be for workers and listeners; to check their rights run doctor as an administrator.',
    );
  }
  const { lacksAsWorker, lacksAsListener, dangerous } = rights;
  if (lacksAsWorker.length > 0 && lacksAsListener.length > 0) {
    return warning(
      check,
      `user ${rights.user} can be neither worker (it may not ${lacksAsWorker.join(', ')}) nor listener (it may not ${lacksAsListener.join(', ')})`,
      'Give it the rights of its role: taskwire redis-users writes them.',
    );
  }
  const role =
    lacksAsWorker.length > 0
      ? `a listener, not a worker (it may not ${lacksAsWorker.join(', ')})`
      : lacksAsListener.length > 0
        ? `a worker, not a listener (it may not ${lacksAsListener.join(', ')})`
        : 'worker and listener';
  const words = `user ${rights.user} can be ${role}`;
  if (dangerous.length === 0) return ok(check, words);
  return note(
    check,
    `${words}, and may also ${dangerous.join(', ')}, which taskwire never does`,
    'Give workers and listeners users of their own, with their rights only: taskwire redis-users writes them.',
  );
}
