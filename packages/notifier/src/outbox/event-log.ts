import type { PublisherAck } from '@taskwire/protocol';

/** An event as it waits: the JSON that goes out, and what travels beside it. */
export interface StoredEvent {
  readonly sequence: number;
  readonly event_id: string;
  readonly payload: string;
}

/** How much one reading may return; it always returns the first event, however large. */
export interface ReadLimits {
  readonly events_max: number;
  readonly bytes_max: number;
}

/**
 * The events of one publisher, sequences 1 to `lastSequence` without holes, of which those up to `deletedTo` are gone.
 * Two kinds keep them: the outbox file, and memory while there is no usable file.
 */
export interface EventLog {
  readonly publisherId: string;
  readonly lastSequence: number;
  readonly deletedTo: number;
  /** Whether new events may still come under this publisher_id. */
  readonly open: boolean;
  /** Events in the middle of it are gone, as in an older copy beside newer events: no acknowledgement will ever cover it. */
  readonly hasHole?: boolean;
  /** Whether this process may declare that nothing more will come: false for the log of a copied file. */
  readonly closable: boolean;
  /** What the database held of it when last heard of; null before that. */
  readonly ack: PublisherAck | null;
  saveAck(ack: PublisherAck): void;
  /** Ascending from `from`, at most to `to`. Events that are gone are left out. */
  read(from: number, to: number, limits: ReadLimits): readonly StoredEvent[];
  /** Forgets the events up to `sequence`, at most `events_max` of them. @returns how many it was */
  deleteTo(sequence: number, events_max: number): number;
}

/** Those before the first hole: of events that are sent together only the first one's sequence is said. */
export function upToHole(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const first = events[0]?.sequence ?? 0;
  const hole = events.findIndex(({ sequence }, place) => sequence !== first + place);
  return hole === -1 ? events : events.slice(0, hole);
}
