import { randomBytes } from 'node:crypto';
import { namesOfShard, type RedisNames, shardOf } from '@taskwire/protocol';

/** The one shard that a process talks to: its events, acknowledgements and heartbeats are all on one node. */
export interface HomeShard {
  readonly names: RedisNames;
  /** One whose events belong to this shard. */
  newPublisherId(): string;
}

/**
 * Drawn anew by each process, so that many are spread evenly, and a shard that is away for good is left with the next
 * start. What it finds in the outboxes of others goes the same way: acknowledgements come where events came from.
 */
export function drawHomeShard(names: RedisNames, random: (count: number) => Uint8Array): HomeShard {
  const count = names.shards ?? 1;
  const shard = count === 1 ? 0 : Buffer.from(random(4)).readUInt32BE() % count;
  return {
    names: namesOfShard(names, shard),
    newPublisherId: () => {
      for (;;) {
        const id = randomBytes(16).toString('hex');
        if (shardOf(id, names) === shard) return id;
      }
    },
  };
}
