import { createRedisConnection, endConnection } from '@taskwire/listener';
import {
  messageOf,
  namesOfShards,
  type RedisAddress,
  type RedisNames,
  type RedisNodes,
  redisConnectProblem,
  silentLogger,
} from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import { judgeClock, readClock } from './clocks.ts';
import { type Finding, ok, problem } from './finding.ts';
import { judgeLanes } from './judge-lanes.ts';
import { judgeRedis, type RedisPlace } from './judge-redis.ts';
import { readLaneFacts, readShardFacts, redisTimeMs, type ShardFacts, withShards } from './lane-facts.ts';
import { readRedisFacts } from './redis-facts.ts';
import { judgeRights, readRedisRights } from './redis-rights.ts';

/** Where the server is that one key is on. */
interface KeyPlace extends RedisAddress {
  readonly nodes: RedisNodes | undefined;
  readonly key: string;
}

/**
 * Everything about Redis in one look; of several servers the one that has the stream. Never throws: what is wrong is a
 * finding.
 */
export async function checkRedis(
  servers: Omit<KeyPlace, 'key'>,
  names: RedisNames,
): Promise<readonly Finding[]> {
  const address = { ...servers, key: names.stream };
  const place = placeOf(address.url);
  const connection = await connect(address);
  if (connection.problem !== null) return [unreachable(place, connection.problem)];
  const { redis } = connection;
  // In a cluster the list of version 0 producers is somewhere else as a rule.
  const list =
    servers.nodes?.kind === 'cluster' ? await connect({ ...servers, key: names.queue }) : connection;
  try {
    const begun = performance.now();
    await redis.ping();
    const pingMs = performance.now() - begun;
    const facts = await readRedisFacts(redis, pingMs, await letsInWithoutPassword(address));
    const rights = facts.user === null ? null : await readRedisRights(redis, names, facts.user);
    return [
      ok('redis.reachable', `${place.host} answers`),
      ...judgeRedis(facts, place),
      judgeRights(facts.user, rights),
      judgeClock(await readClock('redis', () => redisTimeMs(redis), Date.now)),
      ...(list.problem === null
        ? judgeLanes(
            withShards(await readLaneFacts(redis, list.redis, names), await readOtherShards(servers, names)),
          )
        : [unreachable(place, list.problem)]),
    ];
  } catch (error) {
    return [unreachable(place, messageOf(error))];
  } finally {
    endConnection(redis);
    if (list.problem === null) endConnection(list.redis);
  }
}

/** @throws Error where one of them is not there */
async function readOtherShards(
  servers: Omit<KeyPlace, 'key'>,
  names: RedisNames,
): Promise<readonly ShardFacts[]> {
  const [, ...others] = namesOfShards(names);
  return Promise.all(
    others.map(async (shard, index) => {
      const connection = await connect({ ...servers, key: shard.stream });
      if (connection.problem !== null) throw new Error(`shard ${index + 1}: ${connection.problem}`);
      return readShardFacts(connection.redis, shard).finally(() => endConnection(connection.redis));
    }),
  );
}

type Connection = { readonly problem: null; readonly redis: Redis } | { readonly problem: string };

async function connect({ url, caFile, nodes, key }: KeyPlace): Promise<Connection> {
  let problem = '';
  const redis = createRedisConnection({
    url,
    caFile,
    nodes,
    key,
    role: 'doctor',
    logger: {
      ...silentLogger,
      warn: (about) => {
        problem = redisConnectProblem((about as { readonly err?: unknown }).err);
      },
    },
    random: Math.random,
  });
  try {
    await redis.connect();
    return { problem: null, redis };
  } catch (error) {
    endConnection(redis);
    return { problem: problem || redisConnectProblem(error) };
  }
}

async function letsInWithoutPassword(address: KeyPlace): Promise<boolean | null> {
  const anonymous = new URL(address.url);
  anonymous.username = '';
  anonymous.password = '';
  const connection = await connect({ ...address, url: anonymous.href });
  if (connection.problem !== null) return /NOAUTH|WRONGPASS|NOPERM/.test(connection.problem) ? false : null;
  try {
    await connection.redis.ping();
    return true;
  } catch (error) {
    return /NOAUTH|NOPERM/.test(messageOf(error)) ? false : null;
  } finally {
    endConnection(connection.redis);
  }
}

function unreachable({ host }: RedisPlace, why: string): Finding {
  const advice = /NOAUTH|WRONGPASS/.test(why)
    ? 'REDIS_URL has to carry user and password: redis://user:password@host:port.'
    : /certificate/.test(why)
      ? 'REDIS_URL has to name the host that the certificate of Redis is for, and TASKWIRE_REDIS_CA_FILE who issued it.'
      : 'See whether it runs, whether REDIS_URL names it, and whether the network lets us through. Events wait in the outboxes meanwhile.';
  return problem('redis.reachable', `${host} cannot be used: ${why}`, advice);
}

function placeOf(url: string): RedisPlace {
  const { protocol, hostname, host } = new URL(url);
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\]|)$/.test(hostname);
  return { host: host === '' ? 'Redis' : host, isLoopback, isEncrypted: protocol === 'rediss:' };
}
