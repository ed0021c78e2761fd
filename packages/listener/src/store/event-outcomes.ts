import type { BatchEvent, BatchOutcome, EventOutcome } from './batch.ts';

/**
 * What became of each event of a batch.
 * @param distinct how many different ones are among them
 * @param present those that the history held already
 */
export function outcomesOf(
  items: readonly BatchEvent[],
  distinct: number,
  present: ReadonlyMap<string, EventOutcome>,
): readonly EventOutcome[] {
  const outcomes = items.map(({ event }) => present.get(event.event_id) ?? 'inserted');
  return distinct === items.length ? outcomes : withCopies(items, outcomes);
}

/** The same outcomes, where an event that came before in the batch has made a duplicate of its copies. */
export function withCopies(
  items: readonly BatchEvent[],
  outcomes: readonly EventOutcome[],
): readonly EventOutcome[] {
  const seen = new Set<string>();
  return items.map(({ event }, index) => {
    const outcome = outcomes[index] ?? 'inserted';
    if (outcome !== 'id_reused' && seen.has(event.event_id)) return 'duplicate';
    seen.add(event.event_id);
    return outcome;
  });
}

/** Of two parts of a batch that were written one after the other. */
export function joinOutcomes(first: BatchOutcome, second: BatchOutcome): BatchOutcome {
  const newest = new Map(
    [...first.publishers, ...second.publishers].map((item) => [item.publisher_id, item]),
  );
  return {
    outcomes: [...first.outcomes, ...second.outcomes],
    changes: [...first.changes, ...second.changes],
    publishers: [...newest.values()],
    deadLettered: [...first.deadLettered, ...second.deadLettered],
    conflicts: first.conflicts + second.conflicts,
  };
}
