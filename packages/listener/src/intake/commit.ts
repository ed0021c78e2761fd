import { backoffMs, type Logger, type TaskChange, traceContextOf } from '@taskwire/protocol';
import type { HealthBoard } from '../health.ts';
import type { MetricsRecorder } from '../metrics.ts';
import type { BatchOutcome, EventOutcome, PublisherProgress } from '../store/batch.ts';
import type { TaskStatusService } from '../store/task-status-service.ts';
import { pause } from '../supervision/pause.ts';
import { applyFailure, applyFailureDetail } from './apply-failure.ts';
import { type DecodedBatch, type DecodedEvent, type DecodedLetter, letterOf } from './decode-deliveries.ts';
import type { Slots } from './slots.ts';
import { splitBatch, splitEvents } from './split-batch.ts';

export interface CommitContext {
  readonly service: Pick<TaskStatusService, 'apply'>;
  /** Whether somebody wants to be told what a commit of so many events changes. */
  readonly wantsChanges: (events: number) => boolean;
  /** Shared by all lanes: so many transactions at once. */
  readonly slots: Slots;
  readonly health: HealthBoard;
  readonly metrics: MetricsRecorder;
  readonly logger: Logger;
  readonly random: () => number;
}

/** What became of a batch: everything in it is either committed or left for a later try. */
export interface Committed {
  readonly events: readonly { readonly item: DecodedEvent; readonly outcome: EventOutcome }[];
  readonly letters: readonly DecodedLetter[];
  /** As {@link BatchOutcome.deadLettered}. */
  readonly deadLettered: BatchOutcome['deadLettered'];
  readonly changes: readonly TaskChange[];
  readonly publishers: readonly PublisherProgress[];
  /** Not in the database: rows locked by others, or the listener stops. Their lane keeps them. */
  readonly left: readonly (DecodedEvent | DecodedLetter)[];
}

/** What is known of a batch that was applied encoded, in vain. */
export interface Tried {
  /** What was thrown. */
  readonly error?: unknown;
  /** Which of its events the history got, where others were there already. */
  readonly inserted?: ReadonlySet<string>;
}

/** The database may be back at any moment, and work has to go on within 2 s of that. */
const HOLD = { firstMs: 50, factor: 2, maxMs: 1_000 };

/** The search for locked rows costs a lock_timeout a step; after this what is not settled is left for later. */
const LOCK_SEARCH_MS_MAX = 8_000;

const NOTHING: Committed = {
  events: [],
  letters: [],
  deadLettered: [],
  changes: [],
  publishers: [],
  left: [],
};

/**
 * The step into the database. Holds the batch while the database is away, however long that is, and leaves it only
 * when `signal` is aborted. What is left otherwise belongs to tasks whose rows somebody else keeps locked.
 */
export async function commitBatch(
  batch: DecodedBatch,
  context: CommitContext,
  signal: AbortSignal,
  tried: Tried = {},
): Promise<Committed> {
  if (batch.events.length + batch.deadLetters.length === 0) return NOTHING;
  for (let failures = 1; ; failures++) {
    try {
      if (tried.error !== undefined && failures === 1) throw tried.error;
      return await apply(batch, context, tried.inserted);
    } catch (error) {
      if (applyFailure(error) !== 'hold') {
        return commitAround(batch, error, context, performance.now() + LOCK_SEARCH_MS_MAX);
      }
      reportHeld(context, error, failures);
    }
    await pause(backoffMs(HOLD, failures, context.random()), signal);
    if (signal.aborted) return leave(batch);
  }
}

const leave = (batch: DecodedBatch): Committed => ({
  ...NOTHING,
  left: [...batch.events, ...batch.deadLetters],
});

async function apply(
  batch: DecodedBatch,
  context: CommitContext,
  inserted?: ReadonlySet<string>,
): Promise<Committed> {
  const withChanges = context.wantsChanges(batch.events.length);
  return context.slots.run(async () => {
    const begun = performance.now();
    const outcome = await context.service.apply(batch, { withChanges, inserted });
    tookBatch(context, performance.now() - begun, outcome);
    return committed(batch, outcome);
  });
}

/** The database has taken a batch, and so many ms for it. */
export function tookBatch(
  { metrics, health }: CommitContext,
  ms: number,
  { conflicts, publishers }: Pick<BatchOutcome, 'conflicts' | 'publishers'>,
): void {
  metrics.commitTook(ms);
  metrics.add('merge_conflicts', conflicts);
  for (const { reused_sequences } of publishers) metrics.add('sequences_reused', reused_sequences);
  health.ok('database', 'takes batches');
}

const committed = (
  batch: DecodedBatch,
  { outcomes, deadLettered, changes, publishers }: BatchOutcome,
): Committed => ({
  events: batch.events.map((item, index) => ({ item, outcome: outcomes[index] ?? 'inserted' })),
  letters: batch.deadLetters,
  deadLettered,
  changes,
  publishers,
  left: [],
});

/** After a failure that belongs to some of the events: finds those by halving, and commits the others. */
async function commitAround(
  batch: DecodedBatch,
  error: unknown,
  context: CommitContext,
  deadline: number,
): Promise<Committed> {
  const failure = applyFailure(error);
  if (failure === 'hold') return leave(batch);
  if (failure === 'locked') reportLocked(context, error);
  const parts = splitBatch(batch) ?? (failure === 'unforeseen' ? splitEvents(batch) : []);
  const single = batch.events[0];
  if (parts.length < 2) {
    return failure === 'unforeseen' && single !== undefined
      ? deadLetterAlone(batch, single, error, context)
      : leave(batch);
  }
  if (failure === 'locked' && performance.now() > deadline) return leave(batch);

  let result: Committed = NOTHING;
  for (const part of parts) {
    const done = await apply(part, context).catch((partError: unknown) =>
      commitAround(part, partError, context, deadline),
    );
    result = join(result, done);
  }
  return result;
}

/** An event that breaks our own code is kept, with what it broke, and everything behind it passes. */
async function deadLetterAlone(
  batch: DecodedBatch,
  single: DecodedEvent,
  error: unknown,
  context: CommitContext,
): Promise<Committed> {
  const detail = `applying it failed in an unforeseen way: ${applyFailureDetail(error)}`;
  const letter = letterOf(single.delivery, 'kills_the_listener', detail, single.event.task_request_id);
  const accounted = { ...letter, publisher_id: single.event.publisher_id, sequence: single.event.sequence };
  const { event_id, traceparent } = single.event;
  const trace = traceparent === null ? {} : { trace_id: traceContextOf(traceparent).traceId };
  context.logger.error({ err: error, event_id, ...trace }, 'An event broke the listener');
  return apply({ events: [], deadLetters: [...batch.deadLetters, accounted] }, context).catch(() =>
    leave(batch),
  );
}

function join(a: Committed, b: Committed): Committed {
  const publishers = new Map([...a.publishers, ...b.publishers].map((item) => [item.publisher_id, item]));
  return {
    events: [...a.events, ...b.events],
    letters: [...a.letters, ...b.letters],
    deadLettered: [...a.deadLettered, ...b.deadLettered],
    changes: [...a.changes, ...b.changes],
    publishers: [...publishers.values()],
    left: [...a.left, ...b.left],
  };
}

function reportHeld(context: CommitContext, error: unknown, failures: number): void {
  const meaning = 'events are held in Redis and in the outboxes; none is lost';
  context.health.report('database', 'down', applyFailureDetail(error), meaning);
  if (failures > 1) return;
  context.metrics.add('batches_held');
  context.logger.warn({ err: error }, 'The database does not take a batch; it is held');
}

function reportLocked(context: CommitContext, error: unknown): void {
  context.metrics.add('locks_met');
  const meaning = 'events of the locked tasks come again later, all others pass';
  context.health.report('database', 'degraded', applyFailureDetail(error), meaning);
}
