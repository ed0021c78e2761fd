import type { ChangeAnnouncement, Logger, RedisNames, Service } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import type { HealthBoard } from '../health.ts';
import { type IntakeContext, takeIn } from '../intake/take-in.ts';
import type { Leader } from '../leader/leader.ts';
import { whileLeading } from '../leader/while-leading.ts';
import type { MetricsRecorder } from '../metrics.ts';
import { whenReady } from '../redis/connection.ts';
import { redisFailure, redisFailureDetail } from '../redis/redis-error.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';
import type { DrainedLane } from './drained-lane.ts';
import { createHeldCopies, type HeldCopy } from './held-copies.ts';
import { identifyCopy } from './identify-copy.ts';

/** A subscription hears nothing for long when nothing happens; asking tells silence from a dead connection. */
const PING_INTERVAL_MS = 2_000;

/** For each of the two kinds of copies; together with the batches in flight this stays far below 100 MB. */
const HELD_BYTES_MAX = 8 * 1_048_576;

export interface ChannelLaneOptions {
  readonly subscriber: Redis;
  readonly names: RedisNames;
  readonly consumer: string;
  readonly holdMs: number;
  readonly batchEventsMax: number;
  readonly batchBytesMax: number;
  readonly intake: IntakeContext;
  /** The lanes that bring the same events; each infinite where it is switched off. */
  readonly durableLanes: { readonly stream: DrainedLane; readonly list: DrainedLane };
  readonly leader: Leader;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

export interface ChannelLane extends Service {
  /** These are in the database: their copies are not needed. */
  dropCopies(eventIds: readonly string[]): void;
  /** Whether it is one of those that hear announcements now, its own among them. */
  hearsChanges(): boolean;
}

/**
 * The second lane. The leader hears every published event and holds its copy for a moment. As a rule the stream, or the
 * list, brings the same event first and the copy is dropped. What nobody has committed by then is applied from here,
 * unless the durable lane is merely behind and would bring it: where Redis takes no more writes, the copy is the only
 * one on this side. If a copy is one too many after all, the database drops it.
 */
export function createChannelLane(options: ChannelLaneOptions): ChannelLane {
  const { subscriber, names, intake, metrics } = options;
  const held = {
    stream: createHeldCopies(HELD_BYTES_MAX, Math.max(1_000, options.holdMs)),
    list: createHeldCopies(HELD_BYTES_MAX, Math.max(1_000, options.holdMs)),
  };
  const ownAnnouncement = Buffer.from(`{"consumer":${JSON.stringify(options.consumer)},`);
  let listening = false;
  let subscribed = false;

  async function work(signal: AbortSignal): Promise<void> {
    if (subscriber.status === 'wait' || subscriber.status === 'end') subscriber.connect().catch(() => {});
    subscriber.on('messageBuffer', hear);
    subscriber.on('ready', subscribeAgain);
    subscriber.on('close', unsubscribed);
    listening = true;
    try {
      await whenReady(subscriber, signal);
      if (!signal.aborted) await subscribe();
      await holdAndApply(signal);
    } finally {
      listening = false;
      subscriber.off('messageBuffer', hear);
      subscriber.off('ready', subscribeAgain);
      if (subscriber.status === 'ready') await subscriber.unsubscribe().catch(() => {});
      subscriber.off('close', unsubscribed);
      unsubscribed();
      held.stream.clear();
      held.list.clear();
    }
  }

  /** After a reconnection. Where it breaks again meanwhile, this comes again too. */
  function subscribeAgain(): void {
    subscribe().catch(() => {});
  }

  async function subscribe(): Promise<void> {
    await subscriber.subscribe(names.channel, names.changes);
    subscribed = true;
  }

  function unsubscribed(): void {
    subscribed = false;
  }

  async function holdAndApply(signal: AbortSignal): Promise<void> {
    const stepMs = Math.max(5, Math.min(50, options.holdMs / 4));
    for (let pingAt = 0; !signal.aborted; ) {
      if (performance.now() >= pingAt) {
        await makeSureItAnswers(subscriber);
        options.health.ok('channel_lane', 'hears what is published and holds the copies');
        pingAt = performance.now() + PING_INTERVAL_MS;
      }
      await applyDue('stream', signal);
      await applyDue('list', signal);
      metrics.set('channel_copies_held', held.stream.size + held.list.size);
      await pause(stepMs, signal);
    }
  }

  async function applyDue(lane: 'stream' | 'list', signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const heldUntil = performance.now() - options.holdMs;
      if (held[lane].oldestAt > heldUntil) return;
      const until = Math.min(heldUntil, await options.durableLanes[lane].drainedUntil());
      const copies = held[lane].takeUntil(until, options.batchEventsMax, options.batchBytesMax);
      if (copies.length === 0) return;
      await takeIn(copies.map(deliveryOf), async () => {}, intake, signal);
    }
  }

  function hear(channel: Buffer, payload: Buffer): void {
    const now = performance.now();
    if (channel.toString() === names.changes) {
      if (payload.subarray(0, ownAnnouncement.length).equals(ownAnnouncement)) return;
      dropCopies(committedIn(payload));
      return;
    }
    const { id, durableLane } = identifyCopy(payload, {
      nowMs: intake.clock.nowMs(),
      earliestMs: intake.service.earliestMs(),
      eventBytesMax: intake.eventBytesMax,
    });
    const dropped = held[durableLane].hold(id, payload, now);
    if (dropped > 0) metrics.add('channel_copies_dropped', dropped);
  }

  function dropCopies(eventIds: readonly string[]): void {
    if (!listening) return;
    const now = performance.now();
    held.stream.drop(eventIds, now);
    if (held.list.size > 0) held.list.drop(eventIds, now);
  }

  function onFailure(error: unknown, restartInMs: number): void {
    metrics.add('part_restarts');
    const meaning = 'there is no second lane meanwhile; the stream and the outboxes still lose nothing';
    options.health.report('channel_lane', 'degraded', redisFailureDetail(error), meaning);
    options.logger.warn({ err: error, restartInMs }, 'The channel lane failed and is started again');
  }

  const loop = createSupervisedLoop({
    run: (signal) => {
      if (!options.leader.leads()) options.health.ok('channel_lane', 'another replica holds the copies');
      return whileLeading(options.leader, signal, work);
    },
    onFailure,
    random: options.random,
  });
  return { ...loop, dropCopies, hearsChanges: () => subscribed };
}

/** Where Redis cannot save it refuses PING too (MISCONF), which is an answer: this lane is the one that still works. */
async function makeSureItAnswers(subscriber: Redis): Promise<void> {
  try {
    await subscriber.ping();
  } catch (error) {
    if (redisFailure(error) !== 'refuses_writes') throw error;
  }
}

const deliveryOf = (copy: HeldCopy) =>
  ({ lane: 'channel', payload: copy.payload, receipt: copy.id, publisher_id: null, sequence: null }) as const;

/** The event_ids of an announcement of another replica; none where it cannot be read. */
function committedIn(payload: Buffer): readonly string[] {
  try {
    const announcement = JSON.parse(payload.toString()) as Partial<ChangeAnnouncement>;
    return Array.isArray(announcement.event_ids) ? announcement.event_ids : [];
  } catch {
    return [];
  }
}
