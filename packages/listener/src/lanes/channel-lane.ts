import type { ChangeAnnouncement, DecodeOptions, Logger, RedisNames, Service } from '@taskwire/protocol';
import type { Redis } from 'ioredis';
import type { HealthBoard } from '../health.ts';
import { Delivery } from '../intake/delivery.ts';
import type { IntakeContext } from '../intake/intake-context.ts';
import { takeIn } from '../intake/take-in.ts';
import type { Leader } from '../leader/leader.ts';
import { whileLeading } from '../leader/while-leading.ts';
import type { MetricsRecorder } from '../metrics.ts';
import { hearChannel, type MessageBlock } from '../redis/channel-messages.ts';
import { whenReady } from '../redis/connection.ts';
import { redisFailure, redisFailureDetail } from '../redis/redis-error.ts';
import { EventIdTexts } from '../store/event-id-texts.ts';
import { pause } from '../supervision/pause.ts';
import { createSupervisedLoop } from '../supervision/supervised-loop.ts';
import { cutBatches } from './cut-batches.ts';
import type { DrainedLane } from './drained-lane.ts';
import { createHeldBlocks } from './held-blocks.ts';
import { createHeldCopies, type HeldCopy } from './held-copies.ts';
import { eachCopy, identifyCopy, identifyUnnamed, onlyIdAt } from './identify-copy.ts';
import { createRecentCommits } from './recent-commits.ts';

/** A subscription hears nothing for long when nothing happens; asking tells silence from a dead connection. */
const PING_INTERVAL_MS = 2_000;

/** After this part of the hold copies are looked at first: as a rule all are committed by then, and make room. */
const FIRST_LOOK = 1 / 3;

/** What 20,000 events/s of usual size publish before they are looked at, and half as much again. */
const BLOCKS_BYTES_MAX = 2 * 1_048_576;

/** What they publish in the whole hold. */
const COPIES_BYTES_MAX = 4 * 1_048_576;

/** Not more copies than ids of commits are remembered: one that is looked at late is known all the same. */
const HELD_MESSAGES_MAX = 20_000;

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
  dropCopies(eventIds: readonly string[] | EventIdTexts): void;
  /** Whether it is one of those that hear announcements now, its own among them. */
  hearsChanges(): boolean;
}

/**
 * The second lane. The leader hears every published event and holds its copy for a moment. As a rule the stream, or the
 * list, brings the same event first, and the copy is thrown away. What nobody has committed by then is applied from here,
 * unless the durable lane is merely behind and would bring it: where Redis takes no more writes, the copy is the only
 * one on this side. If a copy is one too many after all, the database drops it.
 *
 * Nearly all copies are thrown away, and so those of the stream's events are not even read before their time has come.
 */
export function createChannelLane(options: ChannelLaneOptions): ChannelLane {
  const { subscriber, names, intake, metrics } = options;
  /** Copies of what the stream is to bring; version 0 has no event_id to be found, and is read at once. */
  const blocks = createHeldBlocks(Math.max(BLOCKS_BYTES_MAX, 2 * intake.eventBytesMax), HELD_MESSAGES_MAX);
  const copies = createHeldCopies(COPIES_BYTES_MAX);
  const commits = createRecentCommits(HELD_MESSAGES_MAX, Math.max(1_000, options.holdMs));
  const ownAnnouncement = Buffer.from(`{"consumer":${JSON.stringify(options.consumer)},`);
  let listening = false;
  let subscribed = false;
  let heardOn: Redis['stream'] | undefined;

  async function work(signal: AbortSignal): Promise<void> {
    if (subscriber.status === 'wait' || subscriber.status === 'end') subscriber.connect().catch(() => {});
    subscriber.on('messageBuffer', hearAnnouncement);
    subscriber.on('ready', subscribeAgain);
    subscriber.on('close', unsubscribed);
    listening = true;
    try {
      await whenReady(subscriber, signal);
      if (!signal.aborted) await subscribe();
      await holdAndApply(signal);
    } finally {
      listening = false;
      subscriber.off('messageBuffer', hearAnnouncement);
      subscriber.off('ready', subscribeAgain);
      if (subscriber.status === 'ready') await subscriber.unsubscribe().catch(() => {});
      subscriber.off('close', unsubscribed);
      unsubscribed();
      blocks.clear();
      copies.clear();
      commits.clear();
    }
  }

  /** After a reconnection. Where it breaks again meanwhile, this comes again too. */
  function subscribeAgain(): void {
    subscribe().catch(() => {});
  }

  async function subscribe(): Promise<void> {
    if (heardOn !== subscriber.stream) hearChannel(subscriber, names.channel, hear);
    heardOn = subscriber.stream;
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
      blocks.forget(performance.now() - options.holdMs * FIRST_LOOK, isCommitted);
      await applyDueBlocks(signal);
      await applyDueCopies(signal);
      const held = blocks.size + copies.size;
      metrics.set('channel_copies_held', held);
      commits.tidy(held > 0, performance.now());
      await pause(stepMs, signal);
    }
  }

  /** Until when what has arrived is due, of a lane whose oldest copy came at `oldestAt`; null while none is. */
  async function dueUntil(lane: 'stream' | 'list', oldestAt: number): Promise<number | null> {
    const heldUntil = performance.now() - options.holdMs;
    if (oldestAt > heldUntil) return null;
    return Math.min(heldUntil, await options.durableLanes[lane].drainedUntil());
  }

  async function applyDueBlocks(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const until = await dueUntil('stream', blocks.oldestAt);
      const due = until === null ? [] : blocks.takeUntil(until, options.batchBytesMax);
      if (due.length === 0) return;
      const missed = due.flatMap(missedOf);
      for (const batch of cutBatches(missed, options)) {
        await takeIn(batch, async () => {}, intake, signal);
      }
    }
  }

  /** Whether all of a block is in the database, or held as copies of their own. */
  function isCommitted(block: MessageBlock): boolean {
    let all = true;
    eachCopy(block, (from, to, namesItsEvent) => {
      if (!all || !namesItsEvent) return;
      const idAt = onlyIdAt(block.bytes, from, to);
      all =
        idAt === -1
          ? commits.has(identifyCopy(block.bytes, decoding(), from, to).id)
          : commits.hasAt(block.bytes, idAt);
    });
    return all;
  }

  /** What of a block is in the database by no other way. */
  function missedOf(block: MessageBlock): readonly Delivery[] {
    const missed: Delivery[] = [];
    eachCopy(block, (from, to, namesItsEvent) => {
      if (!namesItsEvent) return;
      const { id, durableLane } = identifyCopy(block.bytes, decoding(), from, to);
      if (commits.has(id)) return;
      const payload = block.bytes.subarray(from, to);
      // A copy of its own: the memory of the block is that of others before these are in the database.
      if (durableLane === 'stream') missed.push(Delivery.of('channel', id, Buffer.from(payload)));
      else holdCopy(id, payload);
    });
    return missed;
  }

  async function applyDueCopies(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const until = await dueUntil('list', copies.oldestAt);
      const due =
        until === null ? [] : copies.takeUntil(until, options.batchEventsMax, options.batchBytesMax);
      if (due.length === 0) return;
      await takeIn(due.map(deliveryOf), async () => {}, intake, signal);
    }
  }

  function hear(block: MessageBlock): void {
    if (!listening) return;
    eachCopy(block, (from, to, namesItsEvent) => {
      if (namesItsEvent) return;
      holdCopy(identifyUnnamed(block.bytes, decoding(), from, to).id, block.bytes.subarray(from, to));
    });
    reportDropped(blocks.hold(block, performance.now()));
  }

  function holdCopy(id: string, payload: Buffer): void {
    if (!commits.has(id)) reportDropped(copies.hold(id, payload, performance.now()));
  }

  function reportDropped(dropped: number): void {
    if (dropped > 0) metrics.add('channel_copies_dropped', dropped);
  }

  const decoding = (): DecodeOptions => ({
    nowMs: intake.clock.nowMs(),
    earliestMs: intake.service.earliestMs(),
    eventBytesMax: intake.eventBytesMax,
  });

  function hearAnnouncement(channel: Buffer, payload: Buffer): void {
    if (channel.toString() !== names.changes) return;
    if (payload.subarray(0, ownAnnouncement.length).equals(ownAnnouncement)) return;
    dropCopies(committedIn(payload));
  }

  function dropCopies(eventIds: readonly string[] | EventIdTexts): void {
    if (!listening) return;
    commits.add(eventIds, performance.now());
    if (copies.size > 0) copies.drop(eventIds instanceof EventIdTexts ? eventIds.toArray() : eventIds);
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

const deliveryOf = ({ id, payload }: Pick<HeldCopy, 'id' | 'payload'>): Delivery =>
  Delivery.of('channel', id, payload);

/** The event_ids of an announcement of another replica; none where it cannot be read. */
function committedIn(payload: Buffer): readonly string[] {
  try {
    const announcement = JSON.parse(payload.toString()) as Partial<ChangeAnnouncement>;
    const ids = announcement.event_ids;
    return Array.isArray(ids) && ids.every((id) => typeof id === 'string') ? ids : [];
  } catch {
    return [];
  }
}
