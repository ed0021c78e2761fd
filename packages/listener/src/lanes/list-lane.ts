import { hash } from 'node:crypto';
import {
  type Logger,
  processingListKey,
  queueConsumersKey,
  queueSuspectsKey,
  type RedisNames,
  recoveredListKey,
  type Service,
} from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import type { HealthBoard } from '../health.ts';
import { countDone, Delivery } from '../intake/delivery.ts';
import type { IntakeContext } from '../intake/intake-context.ts';
import { takeIn } from '../intake/take-in.ts';
import type { MetricsRecorder } from '../metrics.ts';
import type { BlockingReader } from '../redis/blocking-read.ts';
import { REDIS_BLOCK_MS, whenReady } from '../redis/connection.ts';
import { redisFailure, redisFailureDetail } from '../redis/redis-error.ts';
import type { RedisScript } from '../redis/script.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';
import { type DrainedLane, WAITS_AFTER_MS } from './drained-lane.ts';
import { enterForgottenQueues, recoverOrphanedQueues, recoverQueueOf } from './orphaned-queues.ts';
import { takeInSuspects } from './suspects.ts';

/** Where Redis is full it refuses the blocking move; the script still takes what is there. */
const FULL_PAUSE_MS = 250;

/** Few, since they are tried one by one in the worst case, and are all tried again if that ends early. */
const RECOVERED_AT_ONCE_MAX = 256;

export interface ListLaneOptions {
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
    readonly takeFromQueue: RedisScript;
    readonly settleQueue: RedisScript;
    readonly recoverQueue: RedisScript;
  };
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

export interface ListLane extends Service, DrainedLane {}

/**
 * The lane of version 0 producers, who LPUSH and know no acknowledgement. Messages are moved, not popped: from the
 * queue to a processing list of this consumer, and removed from there when the database has them. One batch at a time,
 * since what is settled is counted from the end of that list. Lists of dead consumers are recovered.
 */
export function createListLane(options: ListLaneOptions): ListLane {
  const { commands, consumer, names, scripts } = options;
  const processing = processingListKey(names, consumer);
  const consumers = queueConsumersKey(names);
  const orphans = {
    redis: commands,
    names,
    recoverQueue: scripts.recoverQueue,
    idleMs: options.claimIdleMs,
  };
  let reading = false;
  let emptyAt = Number.NEGATIVE_INFINITY;
  let lookedForForgotten = false;

  async function run(signal: AbortSignal): Promise<void> {
    await Promise.all([whenReady(options.reader, signal), whenReady(commands, signal)]);
    if (signal.aborted) return;
    if (!lookedForForgotten) await enterForgottenQueues(commands, names);
    lookedForForgotten = true;
    // What was taken and not settled: the answer was lost, or a process of this name died of it.
    await recoverQueueOf(consumer, { ...orphans, idleMs: 0 });
    reading = true;
    try {
      await readOn(signal);
    } finally {
      reading = false;
    }
    await leave();
  }

  async function readOn(signal: AbortSignal): Promise<void> {
    let recoverAt = 0;
    while (!signal.aborted) {
      if (performance.now() >= recoverAt) {
        await recoverOrphans();
        await takeRecovered(signal);
        recoverAt = performance.now() + options.claimIdleMs / 3;
      }
      const lookedAt = performance.now();
      const taken = await take(names.queue, options.batchEventsMax);
      options.health.ok('list_lane', 'reads the list of version 0 producers');
      if (taken.length > 0) {
        await takeThrough(taken, signal);
      } else {
        emptyAt = lookedAt;
        await waitForMore(Math.max(1, Math.min(REDIS_BLOCK_MS, recoverAt - lookedAt)), signal);
      }
    }
  }

  async function take(list: string, countMax: number): Promise<readonly Buffer[]> {
    const reply = await scripts.takeFromQueue.run(
      commands,
      [list, processing, consumers],
      [consumer, countMax, options.batchBytesMax],
    );
    return reply as readonly Buffer[];
  }

  /** With care: one of these may be what their consumer died of. */
  async function takeRecovered(signal: AbortSignal): Promise<void> {
    const settle = async (done: readonly Delivery[]): Promise<void> => {
      const pipeline = commands.pipeline();
      countDone(done);
      for (const { payload } of done) pipeline.lrem(processing, -1, payload);
      for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
    };
    while (!signal.aborted) {
      const taken = await take(recoveredListKey(names), RECOVERED_AT_ONCE_MAX);
      if (taken.length === 0) return;
      const deliveries = taken.map((payload) =>
        Delivery.of('list', `list:${hash('sha1', payload, 'hex')}`, payload),
      );
      const alive = setInterval(() => void sayAlive(), options.claimIdleMs / 3);
      await takeInSuspects(
        deliveries,
        { redis: commands, key: queueSuspectsKey(names), settle, intake: options.intake },
        signal,
      ).finally(() => clearInterval(alive));
      // What could not be applied now is recovered again, later.
      if ((await recoverQueueOf(consumer, { ...orphans, idleMs: 0 })) > 0) return;
    }
  }

  async function takeThrough(taken: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const deliveries = taken.map((payload, index) => Delivery.of('list', String(index), payload));
    // While the database holds a batch for long, this consumer must not be taken for dead.
    const alive = setInterval(() => void sayAlive(), options.claimIdleMs / 3);
    try {
      const left = await takeIn(deliveries, async () => {}, options.intake, signal);
      if (signal.aborted && left.length === deliveries.length) return;
      const back = left.map(({ payload }) => payload);
      await scripts.settleQueue.run(commands, [processing, names.queue], [taken.length, ...back]);
    } finally {
      clearInterval(alive);
    }
  }

  const sayAlive = async (): Promise<void> => {
    try {
      const [seconds] = await commands.time();
      await commands.zadd(consumers, Number(seconds) * 1000, consumer);
    } catch {
      // The next command of the lane meets the same and says so.
    }
  };

  async function waitForMore(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await options.blocking.read('BLMOVE', [names.queue, processing, 'RIGHT', 'LEFT', ms / 1_000]);
    } catch (error) {
      if (redisFailure(error) !== 'refuses_writes') throw error;
      await pause(FULL_PAUSE_MS, signal);
    }
  }

  async function recoverOrphans(): Promise<void> {
    const recovered = await recoverOrphanedQueues(orphans);
    if (recovered === 0) return;
    options.metrics.add('entries_claimed', recovered);
    options.logger.info({ messages: recovered }, 'Recovered what a silent listener had taken off the list');
  }

  /** Only where nothing is left; otherwise another listener finds it after the claim time. */
  async function leave(): Promise<void> {
    try {
      if ((await commands.llen(processing)) === 0) await commands.zrem(consumers, consumer);
    } catch {
      // It is found dead later.
    }
  }

  function onFailure(error: unknown, restartInMs: number): void {
    options.metrics.add('part_restarts');
    const failure = redisFailure(error);
    const wrongType = failure === 'wrong_type';
    const detail = wrongType ? `${names.queue}: ${redisFailureDetail(error)}` : redisFailureDetail(error);
    const meaning = wrongType
      ? 'version 0 producers cannot push; rename or delete the key'
      : 'events of version 0 producers wait in the list, or come by the channel';
    // What refuses us refuses its producers too: what they publish comes by the channel.
    const state = failure === 'refuses_writes' ? 'degraded' : 'down';
    options.health.report('list_lane', state, detail, meaning);
    options.logger.warn({ err: error, restartInMs }, 'The list lane failed and is started again');
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
      if (waitingSince === null || waitingSince + WAITS_AFTER_MS > now) return emptyAt;
      const left = await commands.llen(names.queue).catch(() => 0);
      return left === 0 ? now : emptyAt;
    },
  };
}
