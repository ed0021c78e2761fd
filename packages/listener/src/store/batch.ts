import type { TaskChange, TaskEvent } from '@taskwire/protocol';

export const LANES = ['stream', 'list', 'channel', 'http', 'replay', 'reconciler'] as const;
export type Lane = (typeof LANES)[number];

/** An event on its way into one transaction, with the lane it came by and the payload as received. */
export interface BatchEvent {
  readonly event: TaskEvent;
  readonly lane: Lane;
  /** Kept for the dead letter should the database refuse the event. */
  readonly payload: string;
}

/** Something that can never become a row of the history: kept whole, with the reason. */
export interface DeadLetter {
  readonly lane: Lane;
  readonly reason: DeadLetterReason;
  /** One sentence: what is wrong, with which value. */
  readonly detail: string;
  /** The payload as received, or its beginning where it is too large. NUL is shown as U+FFFD. */
  readonly payload: string;
  /** Size of the payload as received. */
  readonly payload_bytes: number;
  readonly task_request_id: string | null;
  readonly publisher_id: string | null;
  readonly sequence: number | null;
}

export const DEAD_LETTER_REASONS = [
  'not_utf8',
  'not_json',
  'not_an_object',
  'too_large',
  'too_deep',
  'invalid_field',
  'invalid_text',
  'non_finite_number',
  'timestamp_out_of_range',
  'unknown_schema_version',
  'expired',
  'signature_invalid',
  'signature_missing',
  'signature_key_unknown',
  'refused_by_database',
  'event_id_reused',
  'kills_the_listener',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

export interface Batch {
  readonly events: readonly BatchEvent[];
  readonly deadLetters: readonly DeadLetter[];
}

export interface ApplyOptions {
  /** Whether {@link BatchOutcome.changes} are wanted: telling of many tasks costs as much as writing some of them. Default true. */
  readonly withChanges?: boolean;
  /** Of a batch that was applied encoded: which of its events the history got then. */
  readonly inserted?: ReadonlySet<string> | undefined;
}

/** What one committed batch did. Index i of `outcomes` speaks of `batch.events[i]`. */
export interface BatchOutcome {
  readonly outcomes: readonly EventOutcome[];
  /** Rows of task_requests that changed; empty where nobody wanted to know. */
  readonly changes: readonly TaskChange[];
  /** The publishers of the batch, as the database holds them now. */
  readonly publishers: readonly PublisherProgress[];
  /** Why, of each dead letter that is new: one that comes again is there once, and not among them. */
  readonly deadLettered: readonly DeadLetterReason[];
  /** How many tasks changed whose workers sent final events that contradict each other. */
  readonly conflicts: number;
}

/**
 * What came of an encoded batch: all of its events were new, and are in the database. Otherwise they are to be applied: either
 * some were known, then the history has the others (`inserted`, see {@link ApplyOptions.inserted}) and nothing else is
 * written; or the database refuses one, and nothing is written.
 */
export type EncodedOutcome =
  | ({ readonly done: true } & Pick<BatchOutcome, 'changes' | 'conflicts' | 'publishers'>)
  | { readonly done: false; readonly inserted?: ReadonlySet<string> };

/**
 * `inserted`: new in the history. `duplicate`: was there already, or before it in the batch. `id_reused`: the event_id was
 * there with other content (the first stays, this one is in the dead letters; alarm). `dead_lettered`: the database refused
 * it, and it is in the dead letters now.
 */
export type EventOutcome = 'inserted' | 'duplicate' | 'id_reused' | 'dead_lettered';

export interface PublisherProgress {
  readonly publisher_id: string;
  readonly low_water: number;
  readonly highest: number;
  readonly missing: readonly (readonly [from: number, to: number])[];
  /** Sequences of this batch that another event_id had already used: applied all the same; alarm. */
  readonly reused_sequences: number;
}
