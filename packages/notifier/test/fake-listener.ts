import {
  highestSequence,
  lowWater,
  missingRanges,
  type PublisherAck,
  type RedisNames,
  rangesOf,
} from '@taskwire/protocol';
import { eventsOfEntry, type StreamEvent } from '@taskwire/test-harness';
import { Redis } from 'ioredis';

export interface ReceivedEvent {
  readonly event_id: string;
  readonly publisher_id: string;
  readonly sequence: number;
  readonly event: { readonly task_request_id: string; readonly status: string; readonly data: unknown };
}

/** Reads the real stream and the real channel and writes real acknowledgements, without a database behind it. */
export interface FakeListener extends AsyncDisposable {
  /** What came by the stream, copies included, in order. */
  readonly received: readonly ReceivedEvent[];
  /** Messages of the channel. */
  readonly published: readonly string[];
  /** Distinct event_ids that came by the stream. */
  readonly distinct: ReadonlySet<string>;
  /** Once this is over nothing is read and nothing acknowledged: what was under way has ended. */
  pause(): Promise<void>;
  resume(): void;
  /** Forgets what it "committed" of this publisher above `sequence`, as a database that was restored, and says so. */
  goBack(publisherId: string, sequence: number): Promise<void>;
  writeAck(publisherId: string, ack: PublisherAck): Promise<void>;
}

const READ_EVERY_MS = 5;

export async function startFakeListener(url: string, names: RedisNames): Promise<FakeListener> {
  const options = { maxRetriesPerRequest: 0, retryStrategy: () => 50, enableOfflineQueue: false } as const;
  const redis = new Redis(url, options);
  const subscriber = new Redis(url, { ...options, enableOfflineQueue: true });
  for (const client of [redis, subscriber]) client.on('error', () => {});
  const received: ReceivedEvent[] = [];
  const published: string[] = [];
  const distinct = new Set<string>();
  const committed = new Map<string, Set<number>>();
  let paused = false;
  let ended = false;
  subscriber.on('message', (_channel, message: string) => published.push(message));
  await subscriber.subscribe(names.channel);

  const ack = async (publisherId: string): Promise<void> => {
    const ranges = rangesOf([...(committed.get(publisherId) ?? [])]);
    const value: PublisherAck = {
      low_water: lowWater(ranges),
      missing: missingRanges(ranges),
      highest: highestSequence(ranges),
    };
    await redis.hset(names.acks, publisherId, JSON.stringify(value));
  };
  const take = (streamed: StreamEvent): void => {
    const event = { ...streamed, event: JSON.parse(streamed.event) };
    received.push(event);
    distinct.add(event.event_id);
    const sequences = committed.get(event.publisher_id) ?? new Set();
    committed.set(event.publisher_id, sequences.add(event.sequence));
  };
  const read = async (): Promise<void> => {
    const entries = await redis.xrange(names.stream, '-', '+', 'COUNT', 1000);
    for (const [, fields] of entries) eventsOfEntry(fields).forEach(take);
    if (entries.length > 0) await redis.xdel(names.stream, ...entries.map(([id]) => id));
    // Level-triggered: written whether anything came or not.
    for (const publisherId of committed.keys()) await ack(publisherId);
  };
  let underWay = Promise.resolve();
  const reading = (async () => {
    while (!ended) {
      if (!paused) underWay = read().catch(() => {});
      await underWay;
      await new Promise((resolve) => setTimeout(resolve, READ_EVERY_MS));
    }
  })();

  return {
    received,
    published,
    distinct,
    pause: () => {
      paused = true;
      return underWay;
    },
    resume: () => {
      paused = false;
    },
    async goBack(publisherId, sequence) {
      const kept = [...(committed.get(publisherId) ?? [])].filter((other) => other <= sequence);
      committed.set(publisherId, new Set(kept));
      await ack(publisherId);
    },
    writeAck: async (publisherId, value) => {
      await redis.hset(names.acks, publisherId, JSON.stringify(value));
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      await reading;
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}
