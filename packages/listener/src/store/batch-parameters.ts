import { hash } from 'node:crypto';
import {
  joinStates,
  rangesOf,
  rowOf,
  runsJson,
  type SequenceRanges,
  stateOf,
  type TaskState,
} from '@taskwire/protocol';
import type { Batch, BatchEvent, DeadLetter } from './batch.ts';
import { Column } from './column.ts';
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
  readonly parameters: readonly Column[];
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
  const { tasks, advances } = joinByTask(states);
  const publishers = publisherBatches(batch);
  return {
    events,
    impostors,
    publishers,
    parameters: [
      ...eventParameters(events, states, advances, language),
      ...taskParameters(tasks),
      ...publisherParameters(publishers),
      ...deadLetterParameters(batch.deadLetters),
    ],
  };
}

function distinctEvents(items: readonly BatchEvent[]): Pick<PreparedBatch, 'events' | 'impostors'> {
  const byId = new Map<string, BatchEvent>();
  const impostors: BatchEvent[] = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as BatchEvent;
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
  advances: readonly boolean[],
  language: Language,
): Column[] {
  const events = items.map((item) => item.event);
  return [
    Column.of('uuid', events, (event) => event.event_id),
    Column.of('text', events, (event) => event.task_request_id),
    Column.of('text', events, (event) => event.status),
    Column.of('integer', events, (event) => event.attempt),
    Column.of('text', events, (event) => logMessage(event, language)),
    Column.of('text', events, (event) => event.task_name),
    Column.of('text', events, (event) => event.worker_container),
    Column.of('text', events, (event) => event.data.json),
    Column.of('time', events, (event) => event.event_time_us),
    Column.of('bytea', states, (state) => state.winner.key),
    Column.of('boolean', advances, (each) => each),
    Column.of('double', events, (event) => event.progress),
    Column.of('text', events, (event) => event.source),
    Column.of('text', items, (item) => item.lane),
    Column.of('text', events, (event) => event.publisher_id),
    Column.of('bigint', events, (event) => event.sequence),
    Column.of('text', events, (event) => event.traceparent),
  ];
}

/** Each task joined, and which events are greater than all before them of the same task in this batch. */
function joinByTask(states: readonly TaskState[]) {
  const byTask = new Map<string, TaskState>();
  const advances = states.map((state) => {
    const known = byTask.get(state.task_request_id);
    byTask.set(state.task_request_id, known === undefined ? state : joinStates(known, state));
    return known === undefined || state.winner.key > known.winner.key;
  });
  const tasks = [...byTask.values()].sort((a, b) => compare(a.task_request_id, b.task_request_id));
  return { tasks, advances };
}

function taskParameters(states: readonly TaskState[]): Column[] {
  const rows = states.map(rowOf);
  return [
    Column.of('text', rows, (row) => row.task_request_id),
    Column.of('text', rows, (row) => row.task_name),
    Column.of('text', rows, (row) => row.status),
    Column.of('integer', rows, (row) => row.attempt),
    Column.of('double', rows, (row) => row.progress),
    Column.of('text', rows, (row) => row.result_json),
    Column.of('text', rows, (row) => row.error),
    Column.of('text', rows, (row) => row.error_type),
    Column.of('text', rows, (row) => row.worker_source),
    Column.of('time', rows, (row) => row.created_at_us),
    Column.of('time', rows, (row) => row.started_at_us),
    Column.of('time', rows, (row) => row.finished_at_us),
    Column.of('time', rows, (row) => row.last_status_update_us),
    Column.of('bytea', states, (state) => state.winner.key),
    Column.of('bytea', states, (state) => state.failure?.key ?? null),
    Column.of('text', states, (state) => runsJson(state.runs)),
    Column.of('smallint', states, (state) => state.finals),
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
  for (let i = 0; i < batch.events.length; i++) {
    const { publisher_id, sequence, worker_container } = (batch.events[i] as BatchEvent).event;
    add(publisher_id, sequence, worker_container);
  }
  for (const letter of batch.deadLetters) add(letter.publisher_id, letter.sequence, null);
  return [...byPublisher]
    .map(([publisher_id, { sequences, worker_container }]) => ({
      publisher_id,
      worker_container,
      received: rangesOf(sequences),
    }))
    .sort((a, b) => compare(a.publisher_id, b.publisher_id));
}

/** For an encoded batch: what comes behind the columns that the encoder makes. */
export const otherParameters = (publishers: readonly PublisherBatch[]): readonly Column[] => [
  ...publisherParameters(publishers),
  ...deadLetterParameters([]),
];

function publisherParameters(publishers: readonly PublisherBatch[]): Column[] {
  return [
    Column.of('text', publishers, (publisher) => publisher.publisher_id),
    Column.of('text', publishers, (publisher) => formatMultirange(publisher.received)),
    Column.of('text', publishers, (publisher) => publisher.worker_container),
  ];
}

function deadLetterParameters(letters: readonly DeadLetter[]): Column[] {
  const byFingerprint = new Map(letters.map((letter) => [fingerprint(letter), letter] as const));
  const sorted = [...byFingerprint].sort(([a], [b]) => compare(a, b));
  const unique = sorted.map(([, letter]) => letter);
  return [
    Column.of('text', unique, (letter) => letter.lane),
    Column.of('text', unique, (letter) => letter.reason),
    Column.of('text', unique, (letter) => storable(letter.detail)),
    Column.of('text', unique, (letter) => storable(letter.payload)),
    Column.of('bigint', unique, (letter) => letter.payload_bytes),
    Column.of('text', unique, (letter) =>
      letter.task_request_id === null ? null : storable(letter.task_request_id),
    ),
    Column.of('text', unique, (letter) => letter.publisher_id),
    Column.of('bigint', unique, (letter) => letter.sequence),
    Column.of('bytea', sorted, ([print]) => print),
  ];
}

/** The same refused message by two lanes, or redelivered, is one dead letter. */
const fingerprint = (letter: DeadLetter): string =>
  hash('sha256', `${letter.reason}\n${letter.payload_bytes}\n${letter.payload}`, 'hex');

/** What PostgreSQL's text cannot hold is shown as U+FFFD. */
const storable = (text: string): string => text.replaceAll('\u0000', '\ufffd').toWellFormed();
