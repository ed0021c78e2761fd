import { hash } from 'node:crypto';
import {
  joinStates,
  type MergeKey,
  rangesOf,
  rowOf,
  type SequenceRanges,
  stateOf,
  type TaskState,
} from '@taskwire/protocol';
import { plainArray, textArray } from './array-literal.ts';
import type { Batch, BatchEvent, DeadLetter } from './batch.ts';
import { isCopy } from './is-copy.ts';
import { type Language, logMessage } from './log-message.ts';
import { formatMultirange } from './multirange.ts';

/** The received sequences of one publisher in a batch. */
export interface PublisherBatch {
  readonly publisher_id: string;
  readonly received: SequenceRanges;
  readonly worker_container: string | null;
}

/** A batch as the statement wants it: no event twice, everything sorted, each task joined to one row. */
export interface PreparedBatch {
  readonly parameters: readonly string[];
  /** The distinct events, sorted by event_id. */
  readonly events: readonly BatchEvent[];
  /** Events whose event_id another one of the batch had used before them, with other content. Not in the parameters. */
  readonly impostors: readonly BatchEvent[];
  readonly publishers: readonly PublisherBatch[];
}

/** Pure: the parameters of `apply_batch.sql`. */
export function prepareBatch(batch: Batch, language: Language): PreparedBatch {
  const { events, impostors } = distinctEvents(batch.events);
  const states = events.map(({ event }) => stateOf(event));
  const publishers = publisherBatches(batch);
  return {
    events,
    impostors,
    publishers,
    parameters: [
      ...eventParameters(events, states, language),
      ...taskParameters(states),
      ...publisherParameters(publishers),
      ...deadLetterParameters(batch.deadLetters),
    ],
  };
}

function distinctEvents(items: readonly BatchEvent[]): Pick<PreparedBatch, 'events' | 'impostors'> {
  const byId = new Map<string, BatchEvent>();
  const impostors: BatchEvent[] = [];
  for (const item of items) {
    const first = byId.get(item.event.event_id);
    if (first === undefined) byId.set(item.event.event_id, item);
    else if (!isCopy(first.event, item.event)) impostors.push(item);
  }
  const events = [...byId.values()].sort((a, b) => compare(a.event.event_id, b.event.event_id));
  return { events, impostors };
}

/** UTF-16 order, where the database has the order of bytes; any fixed order keeps replicas from deadlocks. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function eventParameters(
  items: readonly BatchEvent[],
  states: readonly TaskState[],
  language: Language,
): string[] {
  const events = items.map((item) => item.event);
  return [
    plainArray(events.map((event) => event.event_id)),
    textArray(events.map((event) => event.task_request_id)),
    plainArray(events.map((event) => event.status)),
    plainArray(events.map((event) => event.attempt)),
    textArray(events.map((event) => logMessage(event, language))),
    textArray(events.map((event) => event.task_name)),
    textArray(events.map((event) => event.worker_container)),
    textArray(events.map((event) => event.data_json)),
    plainArray(events.map((event) => event.event_time_us)),
    plainArray(states.map((state) => state.winner.key)),
    plainArray(advances(states)),
    plainArray(events.map((event) => event.progress)),
    plainArray(events.map((event) => event.source)),
    plainArray(items.map((item) => item.lane)),
    textArray(events.map((event) => event.publisher_id)),
    plainArray(events.map((event) => event.sequence)),
    plainArray(events.map((event) => event.traceparent)),
  ];
}

/** Which events are greater than all before them of the same task in this batch. */
function advances(states: readonly TaskState[]): readonly boolean[] {
  const greatest = new Map<string, MergeKey>();
  return states.map(({ task_request_id, winner }) => {
    if (winner.key <= (greatest.get(task_request_id) ?? '')) return false;
    greatest.set(task_request_id, winner.key);
    return true;
  });
}

function taskParameters(events: readonly TaskState[]): string[] {
  const byTask = new Map<string, TaskState>();
  for (const state of events) {
    const known = byTask.get(state.task_request_id);
    byTask.set(state.task_request_id, known === undefined ? state : joinStates(known, state));
  }
  const states = [...byTask.values()].sort((a, b) => compare(a.task_request_id, b.task_request_id));
  const rows = states.map(rowOf);
  return [
    textArray(rows.map((row) => row.task_request_id)),
    textArray(rows.map((row) => row.task_name)),
    plainArray(rows.map((row) => row.status)),
    plainArray(rows.map((row) => row.attempt)),
    plainArray(rows.map((row) => row.progress)),
    textArray(rows.map((row) => row.result_json)),
    textArray(rows.map((row) => row.error)),
    textArray(rows.map((row) => row.error_type)),
    textArray(rows.map((row) => row.worker_source)),
    plainArray(rows.map((row) => row.created_at_us)),
    plainArray(rows.map((row) => row.started_at_us)),
    plainArray(rows.map((row) => row.finished_at_us)),
    plainArray(rows.map((row) => row.last_status_update_us)),
    plainArray(states.map((state) => state.winner.key)),
    plainArray(states.map((state) => state.failure?.key ?? null)),
    textArray(states.map((state) => JSON.stringify(state.runs))),
    plainArray(states.map((state) => state.finals)),
  ];
}

function publisherBatches(batch: Batch): readonly PublisherBatch[] {
  const byPublisher = new Map<string, { sequences: number[]; worker_container: string | null }>();
  const add = (publisherId: string | null, sequence: number | null, workerContainer: string | null) => {
    if (publisherId === null || sequence === null) return;
    const known = byPublisher.get(publisherId);
    if (known === undefined)
      byPublisher.set(publisherId, { sequences: [sequence], worker_container: workerContainer });
    else known.sequences.push(sequence);
  };
  for (const { event } of batch.events) add(event.publisher_id, event.sequence, event.worker_container);
  for (const letter of batch.deadLetters) add(letter.publisher_id, letter.sequence, null);
  return [...byPublisher]
    .map(([publisher_id, { sequences, worker_container }]) => ({
      publisher_id,
      worker_container,
      received: rangesOf(sequences),
    }))
    .sort((a, b) => compare(a.publisher_id, b.publisher_id));
}

function publisherParameters(publishers: readonly PublisherBatch[]): string[] {
  return [
    textArray(publishers.map((publisher) => publisher.publisher_id)),
    textArray(publishers.map((publisher) => formatMultirange(publisher.received))),
    textArray(publishers.map((publisher) => publisher.worker_container)),
  ];
}

function deadLetterParameters(letters: readonly DeadLetter[]): string[] {
  const byFingerprint = new Map(letters.map((letter) => [fingerprint(letter), letter] as const));
  const sorted = [...byFingerprint].sort(([a], [b]) => compare(a, b));
  const unique = sorted.map(([, letter]) => letter);
  return [
    plainArray(unique.map((letter) => letter.lane)),
    plainArray(unique.map((letter) => letter.reason)),
    textArray(unique.map((letter) => storable(letter.detail))),
    textArray(unique.map((letter) => storable(letter.payload))),
    plainArray(unique.map((letter) => letter.payload_bytes)),
    textArray(
      unique.map((letter) => (letter.task_request_id === null ? null : storable(letter.task_request_id))),
    ),
    textArray(unique.map((letter) => letter.publisher_id)),
    plainArray(unique.map((letter) => letter.sequence)),
    plainArray(sorted.map(([print]) => print)),
  ];
}

/** The same refused message by two lanes, or redelivered, is one dead letter. */
const fingerprint = (letter: DeadLetter): string =>
  hash('sha256', `${letter.reason}\n${letter.payload_bytes}\n${letter.payload}`, 'hex');

/** What PostgreSQL's text cannot hold is shown as U+FFFD. */
const storable = (text: string): string => text.replaceAll('\u0000', '\ufffd').toWellFormed();
