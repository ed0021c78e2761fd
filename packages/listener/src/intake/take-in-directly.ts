import type { TaskStats } from '../stats/task-stats.ts';
import type { DeadLetterReason, EventOutcome } from '../store/batch.ts';
import type { TaskStatusService } from '../store/task-status-service.ts';
import type { CommitTracing } from '../tracing/commit-tracing.ts';
import type { Announce } from './announce.ts';
import { type DecodedBatch, decodeDeliveries } from './decode-deliveries.ts';
import { Delivery } from './delivery.ts';

export interface DirectIntake {
  readonly service: Pick<TaskStatusService, 'apply' | 'earliestMs'>;
  readonly stats: Pick<TaskStats, 'event' | 'deadLetter'>;
  readonly announce: Announce;
  readonly eventBytesMax: number;
  /** Null where nobody traces. */
  readonly tracing: CommitTracing | null;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** What became of one message: in the history now, there before, or in the dead letters. */
export type TakenIn =
  | { readonly outcome: 'accepted' | 'duplicate' }
  | { readonly outcome: 'dead_lettered'; readonly reason: DeadLetterReason; readonly detail: string };

/**
 * Takes messages in without Redis, from producers that cannot reach it: decode → commit → announce, as all lanes do.
 * Answers when everything is in the database, one result for each message.
 * @throws TaskwireError `database_unavailable`: send all of them again; what was committed is a duplicate then
 */
export async function takeInDirectly(
  payloads: readonly Buffer[],
  context: DirectIntake,
): Promise<readonly TakenIn[]> {
  const takenAt = performance.now();
  const deliveries = payloads.map((payload, index) => Delivery.of('http', String(index), payload));
  const batch = decodeDeliveries(deliveries, {
    nowMs: context.clock(),
    earliestMs: context.service.earliestMs(),
    eventBytesMax: context.eventBytesMax,
  });
  const commitAt = performance.now();
  const { outcomes, deadLettered, changes } = await context.service.apply(batch);
  context.tracing?.committed(
    batch.events.map((item, index) => ({ item, outcome: outcomes[index] ?? 'inserted' })),
    { takenAt, commitAt, committedAt: performance.now() },
  );
  const taken = resultsOf(batch, outcomes, payloads.length);
  const nowMs = context.clock();
  for (const { event, delivery } of batch.events) {
    if (taken[Number(delivery.receipt.id)]?.outcome === 'accepted') context.stats.event(event, nowMs);
  }
  for (let n = 0; n < deadLettered.length; n++) context.stats.deadLetter();
  if (batch.events.length > 0) {
    const event_ids = batch.events.map(({ event }) => event.event_id);
    await context.announce({ consumer: 'web', event_ids, changes });
  }
  return taken;
}

function resultsOf(
  batch: DecodedBatch,
  outcomes: readonly EventOutcome[],
  count: number,
): readonly TakenIn[] {
  const taken: TakenIn[] = Array.from({ length: count }, () => ({ outcome: 'duplicate' }));
  for (const [index, { delivery }] of batch.events.entries()) {
    taken[Number(delivery.receipt.id)] = WORDS[outcomes[index] ?? 'inserted'];
  }
  for (const { delivery, reason, detail } of batch.deadLetters) {
    taken[Number(delivery.receipt.id)] = { outcome: 'dead_lettered', reason, detail };
  }
  return taken;
}

const WORDS: Readonly<Record<EventOutcome, TakenIn>> = {
  inserted: { outcome: 'accepted' },
  duplicate: { outcome: 'duplicate' },
  id_reused: {
    outcome: 'dead_lettered',
    reason: 'event_id_reused',
    detail: 'event_id: it is in the history already, with other content',
  },
  dead_lettered: {
    outcome: 'dead_lettered',
    reason: 'refused_by_database',
    detail: 'the database does not take it; the dead letter says why',
  },
};
