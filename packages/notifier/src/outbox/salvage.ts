import type { EventLog, ReadLimits, StoredEvent } from './event-log.ts';

const CHUNK = 64;
const CHUNK_LIMITS: ReadLimits = { events_max: CHUNK, bytes_max: Number.MAX_SAFE_INTEGER };

/** What a damaged log still gives. */
export interface Salvaged {
  readonly events: readonly StoredEvent[];
  /** How many could not be read. */
  readonly unreadable: number;
}

/**
 * Reads what can be read of a log in a corrupt file, in chunks and, where a chunk fails, one by one: a damaged page
 * takes some events with it, not all. Done once, before the file is set aside.
 */
export function salvage(log: EventLog): Salvaged {
  const events: StoredEvent[] = [];
  const first = Math.max(log.deletedTo, log.ack?.low_water ?? 0) + 1;
  for (let from = first; from <= log.lastSequence; from += CHUNK) {
    const to = Math.min(log.lastSequence, from + CHUNK - 1);
    const chunk = tryRead(log, from, to);
    if (chunk !== undefined) {
      events.push(...chunk);
      continue;
    }
    for (let sequence = from; sequence <= to; sequence++)
      events.push(...(tryRead(log, sequence, sequence) ?? []));
  }
  return { events, unreadable: Math.max(0, log.lastSequence - first + 1) - events.length };
}

function tryRead(log: EventLog, from: number, to: number): readonly StoredEvent[] | undefined {
  try {
    return log.read(from, to, CHUNK_LIMITS).filter(isWhole);
  } catch {
    return undefined;
  }
}

/** Random bytes where a text was may still be a text. */
function isWhole({ event_id, payload }: StoredEvent): boolean {
  try {
    return (JSON.parse(payload) as { readonly event_id?: unknown }).event_id === event_id;
  } catch {
    return false;
  }
}
