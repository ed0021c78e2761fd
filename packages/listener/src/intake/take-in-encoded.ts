import type { DecodeOptions } from '@taskwire/protocol';
import type { EncodedOutcome } from '../store/batch.ts';
import type { EncodedBatch } from '../store/batch-encoder.ts';
import { applyFailure } from './apply-failure.ts';
import { type Tried, tookBatch } from './commit.ts';
import type { IntakeContext } from './intake-context.ts';
import type { StreamEvents } from './stream-events.ts';

/**
 * The short cut of a batch of usual events: nothing is made of them but the parameters of the statement. It is for listeners
 * where nobody wants to see each event: none are signed, traced, or failed in a test.
 * @returns `done` when the events are in the database and settled; otherwise what was tried, for the long way
 */
export async function takeInEncoded(
  events: StreamEvents,
  limits: DecodeOptions,
  settleIds: (ids: readonly string[]) => Promise<void>,
  context: IntakeContext,
): Promise<'done' | Tried> {
  if (!isForUs(context)) return {};
  let applied: Applied | null;
  try {
    applied = await encodeAndApply(events, limits, context);
  } catch (error) {
    // Its memory is not given back: it may be on its way to the database still.
    if (applyFailure(error) !== 'unforeseen') return { error };
    context.logger.error({ err: error }, 'An encoded batch was not applied; its events are decoded');
    return {};
  }
  if (applied === null) return {};
  const { batch, outcome, withChanges } = applied;
  if (!outcome.done) {
    batch.done();
    return outcome.inserted === undefined ? {} : { inserted: outcome.inserted };
  }
  context.metrics.committedColumns('stream', batch.counted, context.clock.nowMs());
  context.dropCopies(batch.eventIds);
  // Where nobody wants to hear of so many, an announcement of nothing asks whether that is so still.
  const event_ids = withChanges ? batch.eventIds.toArray() : [];
  batch.done();
  context.acknowledge(outcome.publishers);
  const announcement = { consumer: context.consumer, event_ids, changes: outcome.changes };
  await Promise.all([
    settleIds(events.countDone()),
    ...context.announce.map((announce) => announce(announcement)),
  ]);
  return 'done';
}

interface Applied {
  readonly batch: EncodedBatch;
  readonly outcome: EncodedOutcome;
  readonly withChanges: boolean;
}

/**
 * Encodes it while others are written, so that the database gets it as soon as it is its turn.
 * @returns null where one of the events is not usual
 */
async function encodeAndApply(
  events: StreamEvents,
  limits: DecodeOptions,
  context: IntakeContext,
): Promise<Applied | null> {
  const batch = encodeSafely(events, limits, context);
  if (batch === null) return null;
  const withChanges = context.wantsChanges(batch.events);
  return context.slots.run(async () => {
    const begun = performance.now();
    const outcome = await context.service.applyEncoded(batch, { withChanges });
    if (outcome.done) tookBatch(context, performance.now() - begun, outcome);
    return { batch, withChanges, outcome };
  });
}

const isForUs = (context: IntakeContext): boolean =>
  context.signatures === null &&
  context.tracing === null &&
  context.failpoints.beforeCommit === undefined &&
  context.failpoints.afterCommit === undefined;

/** What breaks it is for the long way, which finds the event that does. */
function encodeSafely(
  events: StreamEvents,
  limits: DecodeOptions,
  { service, logger }: IntakeContext,
): EncodedBatch | null {
  try {
    return service.encode(events, limits);
  } catch (error) {
    logger.error({ err: error }, 'A batch could not be encoded; its events are decoded');
    return null;
  }
}
