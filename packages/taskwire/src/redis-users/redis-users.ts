import {
  cancelRequestsKey,
  namesOfShards,
  processingListKey,
  queueConsumersKey,
  queueSuspectsKey,
  type RedisNames,
  recoveredListKey,
  sendingNumberKey,
  shardCountKey,
  suspectsKey,
  TaskwireError,
} from '@taskwire/protocol';

/** A user of Redis and all that it may do, as rules of an ACL (Redis 7 and newer). */
export interface RedisUser {
  readonly name: string;
  readonly rules: readonly string[];
}

/**
 * One user a role, each with the commands that its role sends and no others. A rule in brackets holds for the keys and
 * channels in the same brackets only. Scripts run with the rights of their caller: whoever may EVAL with a key can do
 * no more to it than by hand, but the server wants the right to read and write each key that is handed to a script. So
 * these brackets name the keys and no command on them.
 * @throws TaskwireError `setting_invalid` where a name cannot stand in an ACL
 */
export function redisUsers(names: RedisNames, taskQueue: string): readonly RedisUser[] {
  for (const name of [...Object.values(names), taskQueue]) refuseUnfit(String(name));
  const lanes = listenerRules(names);
  return [
    { name: 'taskwire-worker', rules: [...workerRules(names), queueRule(taskQueue)] },
    { name: 'taskwire-web', rules: [...lanes, queueRule(taskQueue), cancelRule(names)] },
    { name: 'taskwire-listener', rules: lanes },
    { name: 'taskwire-producer', rules: producerRules(names) },
    { name: 'taskwire-reader', rules: readerRules(names) },
    { name: 'taskwire-admin', rules: ['+@all', '~*', '&*'] },
  ];
}

/**
 * The users as lines of an ACL file. All are switched off: a password switches one on. Who comes without a name gets
 * nothing.
 */
export const aclFile = (users: readonly RedisUser[]): string =>
  ['user default reset', ...users.map(({ name, rules }) => `user ${name} off ${rules.join(' ')}`)]
    .map((line) => `${line}\n`)
    .join('');

/** What every connection does. INFO: the clients wait until data is loaded, and look at the version. */
const CONNECTION = ['+ping', '+select', '+info', '+time', '+client|setname', '+acl|whoami'];
/** What clients of a cluster ask for their way. */
const wayThrough = ({ tagged }: RedisNames): readonly string[] => (tagged === true ? ['+cluster|slots'] : []);
/** How clients send several commands at once. */
const TOGETHER = ['+multi', '+exec', '+discard', '+script|load', '+script|exists'];

function workerRules(names: RedisNames): readonly string[] {
  const shards = namesOfShards(names);
  const streams = shards.map(({ stream }) => stream);
  const acks = shards.map((shard) => shard.acks);
  const heartbeats = shards.map((shard) => shard.heartbeats);
  const sending = shards.map((shard) => beginningWith(sendingNumberKey(shard, '')));
  const cancel = shards.map(cancelRequestsKey);
  return [
    ...CONNECTION,
    ...wayThrough(names),
    ...TOGETHER,
    '+client|id',
    only('+eval +evalsha', ...[...streams, ...acks, ...heartbeats, ...cancel].map(key), ...sending),
    only('+xadd +xlen', ...streams.map(key)),
    only('+get +set', ...sending),
    only('+hget +hmget', ...acks.map(readable)),
    only('+hset', ...heartbeats.map(key)),
    only('+exists +zmscore', ...cancel.map(readable)),
    only('+publish', publishing(names.channel)),
  ];
}

function listenerRules(names: RedisNames): readonly string[] {
  const { channel, changes } = names;
  const shards = namesOfShards(names);
  const streams = shards.map(({ stream }) => key(stream));
  const acks = shards.map((shard) => key(shard.acks));
  const suspects = [...new Set([...shards.map(suspectsKey), queueSuspectsKey(names)])].map(key);
  const consumers = key(queueConsumersKey(names));
  const lists = [key(names.queue), key(recoveredListKey(names)), beginningWith(processingListKey(names, ''))];
  return [
    ...CONNECTION,
    ...wayThrough(names),
    ...TOGETHER,
    // Processing lists whose owner is forgotten are found by their name; it shows names of keys, never what they hold.
    '+scan',
    '+client|id +client|unblock',
    '+unsubscribe',
    only('+eval +evalsha', ...streams, ...acks, ...lists, consumers),
    only(
      '+xgroup|create +xgroup|delconsumer +xinfo|consumers +xreadgroup +xautoclaim +xpending +xack +xdel +xtrim +xrange +xlen',
      ...streams,
    ),
    only('+get +set', key(shardCountKey(names))),
    only('+hmget +hincrby +hdel +expire', ...suspects),
    only('+hget +hmget +hgetall +hset +hdel', ...acks),
    only('+hgetall +hdel', ...shards.map((shard) => key(shard.heartbeats))),
    only('+lmove +blmove +lpush +lrange +llen +ltrim +lrem +exists', ...lists),
    only('+zadd +zrem +zscore +zrangebyscore', consumers),
    only('+subscribe', publishing(channel), publishing(changes)),
    only('+publish', publishing(changes)),
  ];
}

/** The web process leaves word that a task is cancelled. */
const cancelRule = (names: RedisNames): string =>
  only(
    '+zadd +zremrangebyscore +pexpire',
    ...namesOfShards(names).map((shard) => key(cancelRequestsKey(shard))),
  );

/**
 * BullMQ runs dozens of commands on its keys, and others with each release: all that reads and writes, on the keys of
 * this queue. What looks beyond them is taken away again.
 */
const queueRule = (taskQueue: string): string =>
  only(
    '+@read +@write -@dangerous -@scripting -scan -dbsize -randomkey -move +eval +evalsha',
    beginningWith(`bull:${taskQueue}:`),
  );

/** Version 0: published and pushed, nothing else. */
const producerRules = ({ channel, queue }: RedisNames): readonly string[] => [
  ...CONNECTION,
  '+multi +exec +discard',
  only('+publish', publishing(channel)),
  only('+lpush', key(queue)),
];

/** Looks at everything, payloads too, and changes nothing: for `taskwire doctor` and for people. */
function readerRules(names: RedisNames): readonly string[] {
  const { queue } = names;
  const shards = namesOfShards(names);
  const streams = shards.map(({ stream }) => readable(stream));
  const hashes = shards.flatMap(({ acks, heartbeats }) => [acks, heartbeats]).map(readable);
  const lists = [readable(queue), readable(recoveredListKey(names))];
  const processing = `%R${beginningWith(processingListKey(names, ''))}`;
  return [
    ...CONNECTION,
    ...wayThrough(names),
    '+pubsub|numsub +unsubscribe',
    only('+type', ...streams, ...hashes, readable(queue)),
    only('+xlen +xrange +xpending +xinfo|stream +xinfo|groups +xinfo|consumers', ...streams),
    only('+llen +lrange', ...lists, processing),
    only('+zrangebyscore', readable(queueConsumersKey(names))),
    only('+hgetall +hget', ...hashes),
    only('+subscribe', publishing(names.changes)),
  ];
}

const only = (commands: string, ...places: readonly string[]): string => `(${commands} ${places.join(' ')})`;
const key = (name: string): string => `~${literally(name)}`;
const readable = (name: string): string => `%R${key(name)}`;
const beginningWith = (prefix: string): string => `~${literally(prefix)}*`;
const publishing = (channel: string): string => `&${literally(channel)}`;
/** Names are patterns there. */
const literally = (name: string): string => name.replaceAll(/[\\*?[\]]/g, '\\$&');

function refuseUnfit(name: string): void {
  if (!/[\s()]/.test(name)) return;
  throw new TaskwireError(
    'setting_invalid',
    `an ACL of Redis takes no name with a blank or a bracket in it, got ${JSON.stringify(name)}`,
  );
}
