import { crc16 } from './key-slot.ts';

/** Every Redis name that taskwire uses. No other module spells one. */
export interface RedisNames {
  /** The channel each event is published to, one JSON object a message. */
  readonly channel: string;
  /** The list that version 0 producers LPUSH to. */
  readonly queue: string;
  /** The stream: the main lane. */
  readonly stream: string;
  /** Hash: publisher_id to JSON {@link PublisherAck}. Written by listeners after COMMIT, read by notifiers. */
  readonly acks: string;
  /** Channel: after COMMIT, what changed; for live updates and for the other replicas. */
  readonly changes: string;
  /** Hash: worker id to JSON heartbeat. Written by workers, collected by the leading listener. */
  readonly heartbeats: string;
  /**
   * Over how many streams events are spread; {@link namesOfShard} has the names of each, these are those of the first.
   * Unset: one.
   */
  readonly shards?: number;
  /** Whether names that belong to another carry it as a hash tag, so that a Redis Cluster keeps them together. Unset: no. */
  readonly tagged?: boolean;
}

/** Each costs a listener two connections. */
export const STREAM_SHARDS_MAX = 64;

/** The names that settings choose. Those of version 0 producers are never changed. */
export function baseNames(chosen: {
  readonly channel: string;
  readonly queue: string;
  readonly keyPrefix: string | undefined;
  readonly redisCluster: boolean;
  readonly streamShards: number;
}): RedisNames {
  const { channel, queue, redisCluster, streamShards } = chosen;
  const prefix = chosen.keyPrefix ?? '';
  const stream = `${prefix}task_status_stream`;
  return {
    channel,
    queue,
    changes: `${prefix}task_status_changes`,
    ...(redisCluster
      ? taggedNames(stream)
      : { stream, acks: `${prefix}task_status_acks`, heartbeats: `${prefix}task_status_heartbeats` }),
    ...(streamShards > 1 ? { shards: streamShards } : {}),
  };
}

const taggedNames = (stream: string) =>
  ({ stream, acks: `{${stream}}:acks`, heartbeats: `{${stream}}:heartbeats`, tagged: true }) as const;

/**
 * The names of one of the streams, and of all that goes with it. The first has those that there are without shards, so
 * that whoever raises their number finds what was there before.
 */
export const namesOfShard = (names: RedisNames, shard: number): RedisNames =>
  shard === 0 ? names : { ...names, ...taggedNames(`${names.stream}:${shard}`) };

/** The names of all streams, in their order. */
export const namesOfShards = (names: RedisNames): readonly RedisNames[] =>
  Array.from({ length: names.shards ?? 1 }, (_, shard) => namesOfShard(names, shard));

/** Which shard the events of a publisher go to. A worker draws its publisher_ids so that all of them go to one. */
export const shardOf = (publisherId: string, names: RedisNames): number =>
  names.shards === undefined ? 0 : crc16(publisherId) % names.shards;

/** Of what belongs to `base`, and has to be on the same node. A name with a hash tag passes that on. */
const beside = (names: RedisNames, base: string, suffix: string): string =>
  names.tagged === true && !base.includes('{') ? `{${base}}:${suffix}` : `${base}:${suffix}`;

/** The consumer group of all listener replicas on the stream. */
export const CONSUMER_GROUP = 'task_status_listeners';

/** Where one replica holds the version 0 events it took off the queue until they are committed. */
export const processingListKey = (names: RedisNames, consumer: string): string =>
  beside(names, names.queue, `processing:${consumer}`);

/** Sorted set: consumer to the Redis time (ms) at which it was last alive; finds orphaned processing lists. */
export const queueConsumersKey = (names: RedisNames): string => beside(names, names.queue, 'consumers');

/**
 * The number of the last batch that one worker process sent, written in the same step as the batch. One that is lower
 * than what Redis had confirmed shows that Redis lost its last writes. Expires by itself.
 */
export const sendingNumberKey = (names: RedisNames, senderId: string): string =>
  beside(names, names.stream, `sending:${senderId}`);

/** List: version 0 events that were taken off the queue by consumers that are dead now; tried with care. */
export const recoveredListKey = (names: RedisNames): string => beside(names, names.queue, 'recovered');

/** Hash: event of the stream, by its entry and its place in that, to how many listeners ended while they tried it. */
export const suspectsKey = (names: RedisNames): string => beside(names, names.stream, 'suspects');

/** Hash: digest of an event of the queue to the same. It has been one with that of the stream where nothing keeps them apart. */
export const queueSuspectsKey = (names: RedisNames): string =>
  names.tagged === true ? beside(names, names.queue, 'suspects') : suspectsKey(names);

/**
 * Sorted set: task_request_ids that somebody wants cancelled, by the time (ms since 1970) at which they were asked for.
 * Written by web containers, read by workers while they run tasks; forgotten after {@link CANCEL_REQUEST_KEPT_MS}.
 */
export const cancelRequestsKey = (names: RedisNames): string =>
  beside(names, names.stream, 'cancel_requests');

/** Longer than a task waits for its next try, so that it is not begun again. */
export const CANCEL_REQUEST_KEPT_MS = 24 * 3_600_000;

/**
 * What BullMQ is to call a queue: in a cluster its keys have to be in one slot, which its own name sees to.
 */
export const taskQueueName = (settings: {
  readonly taskQueue: string;
  readonly redisCluster: boolean;
}): string =>
  settings.redisCluster && !settings.taskQueue.includes('{') ? `{${settings.taskQueue}}` : settings.taskQueue;

/** One of the keys of a queue of BullMQ: all of them are on the node that has this one. */
export const taskQueueKey = (queue: string): string => `bull:${queue}:wait`;

/** Over how many shards events have ever been spread: where they are fewer now, some may hold what nobody reads. */
export const shardCountKey = (names: RedisNames): string => beside(names, names.stream, 'shards');

/**
 * The fields of a stream entry, in the order in which they are added. An entry may be of several events of one publisher
 * without a hole between them: it goes on with the event for each of the others. The event_id then is those of all of
 * them, a space between two, and the sequence that of the first.
 */
export const STREAM_FIELDS = {
  event: 'event',
  eventId: 'event_id',
  publisherId: 'publisher_id',
  sequence: 'sequence',
} as const;

/** So many events a notifier puts into one entry, at most. */
export const ENTRY_EVENTS_MAX = 16;

/**
 * What the database holds of one publisher, as written to {@link RedisNames.acks}.
 * `low_water`: every sequence from 1 to it is committed. `missing`: ranges [from, to], both inclusive, above it that
 * are not committed while something higher is. `highest`: the highest committed sequence.
 */
export interface PublisherAck {
  readonly low_water: number;
  readonly missing: readonly (readonly [from: number, to: number])[];
  readonly highest: number;
}

/** What of a task's row live updates show. */
export interface CurrentTaskState {
  readonly task_request_id: string;
  readonly status: string;
  readonly task_name: string | null;
  readonly attempt: number;
  readonly progress: number | null;
  /** RFC 3339 in UTC. */
  readonly last_status_update: string;
  /** Grows with each change of the row: of two states of a task the one with the greater number is the newer. */
  readonly revision: number;
}

/** One task's row after a commit. */
export interface TaskChange extends CurrentTaskState {
  /** The number of the database's transaction that changed it. */
  readonly transaction: number;
}

/** The announcement of one commit. `event_ids`: what is now in the history, so that other replicas drop their copies. */
export interface ChangeAnnouncement {
  readonly consumer: string;
  readonly event_ids: readonly string[];
  readonly changes: readonly TaskChange[];
}

/** What a worker says of itself, as the value of its field in {@link RedisNames.heartbeats}. */
export interface WorkerHeartbeat {
  readonly worker_id: string;
  readonly worker_container: string;
  readonly publisher_id: string | null;
  readonly pid: number;
  readonly started_at: string;
  /** Redis time in ms at which it was written (set by the script, not by the worker's clock). */
  readonly at_ms: number;
  /** Worker clock minus Redis clock, ms. */
  readonly clock_skew_ms: number;
  /** task_request_ids that run now. */
  readonly running: readonly string[];
  /** Unacknowledged events in the outbox. */
  readonly outbox_depth: number;
  /** Age of the oldest unacknowledged event, ms. */
  readonly oldest_unacknowledged_ms: number;
  /** The last one of a worker that ended in order. */
  readonly stopped?: boolean;
  /** The publishers of this worker's outboxes. */
  readonly publishers?: readonly PublisherReport[];
}

/** What a worker says of one of its publishers. */
export interface PublisherReport {
  readonly publisher_id: string;
  /** The last sequence that it has given. */
  readonly last_sequence: number;
  /** All up to that is acknowledged and nothing more will come: its record may be collected. */
  readonly closed: boolean;
}
