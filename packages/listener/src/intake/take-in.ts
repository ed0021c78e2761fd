import type { ChangeAnnouncement, DecodeOptions } from '@taskwire/protocol';
import type { MetricsRecorder } from '../metrics.ts';
import { type Committed, commitBatch, type Tried } from './commit.ts';
import { type DecodedBatch, decodeDeliveries } from './decode-deliveries.ts';
import type { Delivery } from './delivery.ts';
import type { IntakeContext, SettleDeliveries } from './intake-context.ts';
import type { StreamEvents } from './stream-events.ts';
import { takeInEncoded } from './take-in-encoded.ts';
import { verifyBatch } from './verify-batch.ts';

/**
 * The one way of all lanes: decode → verify → commit → settle, acknowledge, announce.
 * @returns the deliveries that are not in the database; their lane keeps them for a later try
 */
export async function takeIn(
  deliveries: readonly Delivery[],
  settle: SettleDeliveries,
  context: IntakeContext,
  signal: AbortSignal,
): Promise<readonly Delivery[]> {
  if (!(await context.clock.known(signal))) return deliveries;
  const takenAt = performance.now();
  for (const [lane, ofLane] of Map.groupBy(deliveries, (delivery) => delivery.lane)) {
    context.metrics.received(lane, ofLane.length);
  }
  return takeInDecoded(deliveries, limitsOf(context), settle, context, signal, takenAt);
}

/** How what was read from the stream is settled: by the ids of entries, or by deliveries, which are counted first. */
export interface SettleEntries {
  readonly settleIds: (ids: readonly string[]) => Promise<void>;
  readonly settle: SettleDeliveries;
}

/**
 * The same for what was read from the stream. A batch of usual events, which is what nearly all are, goes the short cut of
 * {@link takeInEncoded}, and comes back to the long way with whatever goes wrong.
 */
export async function takeInStreamed(
  events: StreamEvents,
  { settleIds, settle }: SettleEntries,
  context: IntakeContext,
  signal: AbortSignal,
): Promise<void> {
  if (!(await context.clock.known(signal))) return;
  const takenAt = performance.now();
  context.metrics.received('stream', events.length);
  const limits = limitsOf(context);
  const tried = await takeInEncoded(events, limits, settleIds, context);
  if (tried === 'done') return;
  await takeInDecoded(events.toDeliveries(), limits, settle, context, signal, takenAt, tried);
}

const limitsOf = ({ clock, service, eventBytesMax }: IntakeContext): DecodeOptions => ({
  nowMs: clock.nowMs(),
  earliestMs: service.earliestMs(),
  eventBytesMax,
});

function takeInDecoded(
  deliveries: readonly Delivery[],
  limits: DecodeOptions,
  settle: SettleDeliveries,
  context: IntakeContext,
  signal: AbortSignal,
  takenAt: number,
  tried?: Tried,
): Promise<readonly Delivery[]> {
  const decoded = decodeDeliveries(deliveries, limits);
  const batch = context.signatures === null ? decoded : verifyBatch(decoded, context.signatures);
  return carryThrough(batch, settle, context, signal, takenAt, tried);
}

/** The second half of the way, for what is decoded already. @param takenAt by performance.now(). @param tried before */
export async function carryThrough(
  batch: DecodedBatch,
  settle: SettleDeliveries,
  context: IntakeContext,
  signal: AbortSignal,
  takenAt: number = performance.now(),
  tried: Tried = {},
): Promise<readonly Delivery[]> {
  const commitAt = performance.now();
  await context.failpoints.beforeCommit?.(batch);

  const committed = await commitBatch(batch, context, signal, tried);
  const committedAt = performance.now();
  if (committed.events.length + committed.letters.length > 0) {
    await context.failpoints.afterCommit?.(batch);
    count(committed, context.metrics, context.clock.nowMs());
    const announcement = announcementOf(committed, context.consumer);
    context.dropCopies(announcement.event_ids);
    context.acknowledge(committed.publishers);
    await Promise.all([
      settle(settledOf(committed)),
      ...context.announce.map((announce) => announce(announcement)),
    ]);
    context.tracing?.committed(committed.events, { takenAt, commitAt, committedAt });
  }
  if (committed.left.length > 0) context.metrics.add('entries_left', committed.left.length);
  return committed.left.map(({ delivery }) => delivery);
}

const settledOf = (committed: Committed): readonly Delivery[] => [
  ...committed.events.map(({ item }) => item.delivery),
  ...committed.letters.map(({ delivery }) => delivery),
];

const announcementOf = (committed: Committed, consumer: string): ChangeAnnouncement => ({
  consumer,
  event_ids: committed.events.map(({ item }) => item.event.event_id),
  changes: committed.changes,
});

function count(committed: Committed, metrics: MetricsRecorder, nowMs: number): void {
  for (let i = 0; i < committed.events.length; i++) {
    const { item, outcome } = committed.events[i] as Committed['events'][number];
    if (outcome === 'duplicate') metrics.duplicate(item.lane);
    else if (outcome === 'inserted') metrics.committed(item.lane, item.event, nowMs);
  }
  for (const reason of committed.deadLettered) {
    if (reason === 'event_id_reused') metrics.add('event_ids_reused');
    metrics.deadLetter(reason);
  }
}
