import { CONSUMER_GROUP, type Logger, type RedisNames, type Service, suspectsKey } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import type { HealthBoard } from '../health.ts';
import { countDone, type Delivery } from '../intake/delivery.ts';
import type { IntakeContext } from '../intake/intake-context.ts';
import { takeIn, takeInStreamed } from '../intake/take-in.ts';
import type { MetricsRecorder } from '../metrics.ts';
import type { BlockingReader } from '../redis/blocking-read.ts';
import { REDIS_BLOCK_MS, whenReady } from '../redis/connection.ts';
import { redisFailure, redisFailureDetail } from '../redis/redis-error.ts';
import type { RedisScript } from '../redis/script.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';
import { cutBatches, cutEvents } from './cut-batches.ts';
import { type DrainedLane, WAITS_AFTER_MS } from './drained-lane.ts';
import { createEntryReplies } from './entry-replies.ts';
import { createInFlight } from './in-flight.ts';
import { createReadSize } from './read-size.ts';
import { entriesOf, entriesOfRead, type StreamEntries } from './stream-entries.ts';
import { ensureGroup } from './stream-group.ts';
import { SUSPECT_FROM_DELIVERY, takeInSuspects } from './suspects.ts';

/** Two that commit, and one that is ready for when one of them has. */
const BATCHES_IN_FLIGHT_MAX = 3;

/**
 * From one read to the next where events come one after another: what came meanwhile shares a statement, a settling
 * and an announcement. The busier the machine, the longer a batch takes and the more of them share the next one: so
 * replicas that take turns at one stream do not drown it in small batches. The first event after a while waits for
 * nothing, and neither does a backlog.
 */
const READ_INTERVAL = { batchTimes: 3, msMin: 5, msMax: 25 };

/** A consumer that holds nothing and was silent for so many claim times is forgotten. */
const CONSUMER_KEPT_CLAIM_TIMES = 12;

/** Its own name in the group, so that it finds its entries again; claims look at a quarter of the idle time. */
export interface StreamLaneOptions {
  readonly reader: Redis;
  readonly blocking: BlockingReader;
  readonly commands: Redis;
  readonly names: RedisNames;
  readonly consumer: string;
  readonly claimIdleMs: number;
  readonly batchEventsMax: number;
  readonly batchBytesMax: number;
  readonly intake: IntakeContext;
  readonly scripts: {
    readonly readOwnPending: RedisScript;
    readonly claimIdle: RedisScript;
    readonly dropDeadConsumers: RedisScript;
    readonly settleEntries: RedisScript;
    readonly countUndelivered: RedisScript;
  };
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

export interface StreamLane extends Service, DrainedLane {}

/**
 * The main lane. After each (re)connection: the group is made sure of, own entries that were never settled are taken
 * again, and then it reads on: new entries, and now and then those of the dead. A group that is gone in between is made
 * again at once. Whatever else goes wrong ends the run; the supervisor begins the next one.
 */
export function createStreamLane(options: StreamLaneOptions): StreamLane {
  const { commands, consumer, names, scripts, intake, metrics } = options;
  const stream = names.stream;
  const replies = createEntryReplies(options.reader, stream);
  const newReadSize = () => createReadSize(options.batchEventsMax, options.batchBytesMax);
  const readSize = newReadSize();
  /** Of entries that come again, which may be others. */
  const againSize = newReadSize();
  const settleIds = async (ids: readonly string[]): Promise<void> => {
    if (ids.length > 0) await scripts.settleEntries.run(commands, [stream], [CONSUMER_GROUP, ids.join(' ')]);
  };
  const settle = (done: readonly Delivery[]) => settleIds(countDone(done));
  let reading = false;
  let drainedAt = Number.NEGATIVE_INFINITY;
  let inFlight = createInFlight(BATCHES_IN_FLIGHT_MAX);
  /** Batches may end in another order than they were read in. */
  let takenSoFar: Promise<void> = Promise.resolve();
  /** From the last batch read to its settling. */
  let batchMs = 0;
  let readAgainAt = Number.NEGATIVE_INFINITY;

  async function run(signal: AbortSignal): Promise<void> {
    await Promise.all([whenReady(options.reader, signal), whenReady(commands, signal)]);
    inFlight = createInFlight(BATCHES_IN_FLIGHT_MAX);
    try {
      await makeSureOfGroup();
      await takeOwnPending(signal);
      options.health.ok('stream_lane', 'reads the stream');
      reading = true;
      await readOn(signal);
    } finally {
      reading = false;
      await inFlight.drain();
    }
    inFlight.rethrow();
    if (signal.aborted) await leaveGroup();
  }

  async function readOn(signal: AbortSignal): Promise<void> {
    let claimAt = performance.now() + claimPause();
    let claimFrom = '0-0';
    let forgetAt = performance.now();
    while (!signal.aborted) {
      await inFlight.untilFree();
      inFlight.rethrow();
      try {
        if (performance.now() >= claimAt && inFlight.oldestMs() < options.claimIdleMs / 2) {
          claimFrom = await takeOfTheDead(claimFrom, signal);
          claimAt = performance.now() + (claimFrom === '0-0' ? claimPause() : 0);
          await inFlight.untilFree();
        }
        if (performance.now() >= forgetAt) {
          await forgetDeadConsumers('');
          forgetAt = performance.now() + options.claimIdleMs * CONSUMER_KEPT_CLAIM_TIMES;
        }
        await takeNew(Math.max(1, Math.min(REDIS_BLOCK_MS, claimAt - performance.now())), signal);
      } catch (error) {
        if (redisFailure(error) !== 'group_gone') throw error;
        await makeSureOfGroup();
      }
    }
  }

  async function takeNew(blockMs: number, signal: AbortSignal): Promise<void> {
    const restMs = readAgainAt - performance.now();
    if (restMs > 0) await pause(restMs, signal);
    if (signal.aborted) return;
    const count = readSize.next();
    // Copies that come by the channel while the answer is under way may be of later events than it has.
    const askedAt = performance.now();
    replies.expect();
    const reply = await options.blocking.read('XREADGROUP', [
      ...['GROUP', CONSUMER_GROUP, consumer],
      ...['COUNT', count, 'BLOCK', Math.ceil(blockMs)],
      ...['STREAMS', stream, '>'],
    ]);
    const received = replies.take();
    const { entries, events } = received.entries > 0 ? received : entriesOfRead(reply);
    readSize.observe({ entries, events: events.length, bytes: events.payloadBytes });
    options.health.ok('stream_lane', 'reads the stream');
    const readAt = performance.now();
    const drained = entries < count;
    if (entries === 0 && inFlight.size === 0) drainedAt = askedAt;
    if (drained && entries > 0) readAgainAt = readAt + readIntervalMs();
    const batches: Promise<void>[] = [];
    for (const batch of cutEvents(events, options)) {
      await inFlight.untilFree();
      const before = takenSoFar;
      const taken = takeInStreamed(batch, { settleIds, settle }, intake, signal).then(() => {
        batchMs = performance.now() - readAt;
      });
      takenSoFar = Promise.all([before, taken]).then(
        () => {
          if (drained) drainedAt = askedAt;
        },
        () => {},
      );
      inFlight.add(() => taken);
      batches.push(taken);
    }
    // Whatever fails is delivered again, and its memory left to whoever may still look at it.
    Promise.all(batches).then(received.done, () => {});
  }

  function readIntervalMs(): number {
    const { batchTimes, msMin, msMax } = READ_INTERVAL;
    return Math.max(msMin, Math.min(msMax, batchMs * batchTimes));
  }

  async function takeOwnPending(signal: AbortSignal): Promise<void> {
    for (let after = '0-0'; !signal.aborted; ) {
      const reply = await scripts.readOwnPending.run(commands, [stream], ownArguments(after));
      const [raw, counts] = reply as [unknown, readonly number[]];
      const entries = entriesOf(raw, counts);
      if (entries.lastId === null) return;
      await settleIds(entries.gone);
      await takeAgain(entries, signal);
      after = entries.lastId;
    }
  }
  const ownArguments = (after: string) => [CONSUMER_GROUP, consumer, after, againSize.next()];

  /** @returns where to go on; '0-0' when the end was reached */
  async function takeOfTheDead(from: string, signal: AbortSignal): Promise<string> {
    const reply = await scripts.claimIdle.run(
      commands,
      [stream],
      [CONSUMER_GROUP, consumer, options.claimIdleMs, from, againSize.next()],
    );
    const [next, raw, counts] = reply as [Buffer, unknown, readonly number[]];
    const entries = entriesOf(raw, counts);
    metrics.add('entries_claimed', entries.entries);
    if (entries.entries > 0) {
      options.logger.info(
        { entries: entries.entries, events: entries.events.length },
        'Took over entries of a silent listener',
      );
    }
    await takeAgain(entries, signal);
    return next.toString('latin1');
  }

  /** Entries that had been delivered before: like new ones at first, with care when that did not help. */
  async function takeAgain({ entries, events, counts }: StreamEntries, signal: AbortSignal): Promise<void> {
    againSize.observe({ entries, events: events.length, bytes: events.payloadBytes });
    const deliveries = events.toDeliveries();
    const isSuspect = (index: number) => (counts[index] ?? 1) >= SUSPECT_FROM_DELIVERY;
    const suspects = deliveries.filter((_, index) => isSuspect(index));
    const others = deliveries.filter((_, index) => !isSuspect(index));
    for (const batch of cutBatches(others, options)) {
      await inFlight.untilFree();
      inFlight.add(async () => void (await takeIn(batch, settle, intake, signal)));
    }
    if (suspects.length === 0) return;
    await inFlight.untilFree();
    inFlight.add(() =>
      takeInSuspects(suspects, { redis: commands, key: suspectsKey(names), settle, intake }, signal),
    );
  }

  async function makeSureOfGroup(): Promise<void> {
    if (!(await ensureGroup(commands, stream))) return;
    metrics.add('groups_created');
    options.logger.info({ stream }, 'Made the consumer group; it begins at the start of the stream');
  }

  const forgetDeadConsumers = (alsoRemove: string) =>
    scripts.dropDeadConsumers.run(
      commands,
      [stream],
      [CONSUMER_GROUP, options.claimIdleMs * CONSUMER_KEPT_CLAIM_TIMES, alsoRemove],
    );

  /** Only where it holds nothing; what it holds finds another listener after the claim time. */
  async function leaveGroup(): Promise<void> {
    if (commands.status === 'ready') await forgetDeadConsumers(consumer).catch(() => {});
  }

  // Replicas do not all look at once.
  const claimPause = () => (options.claimIdleMs / 4) * (0.75 + options.random() / 2);

  function onFailure(error: unknown, restartInMs: number): void {
    const failure = redisFailure(error);
    metrics.add('part_restarts');
    const state = failure === 'refuses_writes' ? 'degraded' : 'down';
    const meaning =
      failure === 'refuses_writes'
        ? 'the second lane carries events meanwhile'
        : 'events wait in the stream and in the outboxes; none is lost';
    options.health.report('stream_lane', state, redisFailureDetail(error), meaning);
    options.logger.warn({ err: error, restartInMs }, 'The stream lane failed and is started again');
  }

  const loop = createSupervisedLoop({
    run,
    onFailure,
    interrupt: () => options.blocking.interrupt(),
    random: options.random,
  });
  return {
    ...loop,
    drainedUntil: async () => {
      if (!reading) return Number.POSITIVE_INFINITY;
      const now = performance.now();
      const { waitingSince } = options.blocking;
      if (waitingSince === null || waitingSince + WAITS_AFTER_MS > now || inFlight.size > 0) return drainedAt;
      // Where Redis cannot say it, nobody waits for the stream.
      const left = await scripts.countUndelivered.run(commands, [stream], [CONSUMER_GROUP]).catch(() => 0);
      return left === 0 ? now : drainedAt;
    },
  };
}
