import { TaskwireError } from '@taskwire/protocol';
import {
  type AppliedRow,
  changesOf,
  progressOfPublishers,
  reusedIn,
  reusedSequences,
} from './applied-row.ts';
import { plainArray, textArray } from './array-literal.ts';
import type { ApplyOptions, Batch, BatchEvent, BatchOutcome, EncodedOutcome, EventOutcome } from './batch.ts';
import type { EncodedBatch } from './batch-encoder.ts';
import { otherParameters, type PreparedBatch, prepareBatch } from './batch-parameters.ts';
import type { Queryable, Statement } from './database.ts';
import { joinOutcomes, outcomesOf, withCopies } from './event-outcomes.ts';
import { loadStatement } from './load-statement.ts';
import type { Language } from './log-message.ts';
import { createNewness } from './newness.ts';
import { eventIdReused, refusedByDatabase } from './refused-event.ts';
import { failureKind, sqlStateOf, UNIQUE_VIOLATION } from './sql-state.ts';

/** Writes batches with whatever can query: the pool (each statement its own transaction) or a transaction. */
export interface BatchWriter {
  /** @throws the database's own error; a data error means that one of the events cannot be stored */
  write(queryable: Queryable, batch: Batch, options?: WriteOptions): Promise<BatchOutcome>;
  /** The same for a batch that had a data error: finds the events that the database refuses. */
  writeSplit(queryable: Queryable, batch: Batch, options?: WriteOptions): Promise<BatchOutcome>;
  /**
   * The same for an encoded batch.
   * @throws as `write`; it is not known whether it was written, and its events can be written by `write`
   */
  writeEncoded(queryable: Queryable, batch: EncodedBatch, options: ApplyOptions): Promise<EncodedOutcome>;
}

export interface WriteOptions extends ApplyOptions {
  /** The statement may fail and another one be made: never within a transaction. Default false. */
  readonly mayFail?: boolean;
}

export function createBatchWriter(language: Language): BatchWriter {
  const applyBatch = loadStatement('apply_batch', { known_events: 'ON CONFLICT (event_id) DO NOTHING' });
  const applyNewBatch = loadStatement('apply_batch', { known_events: '' }, 'new');
  const readEvents = loadStatement('read_events');
  const newness = createNewness();
  return {
    write,
    writeSplit: async (queryable, batch, options = {}) => {
      const outcome = await writeSplit(queryable, batch, options);
      return { ...outcome, outcomes: withCopies(batch.events, outcome.outcomes) };
    },
    writeEncoded,
  };

  /**
   * As a rule one statement. Where the history holds some of the events already, only copies of those may change rows:
   * ids that were used again with other content are left out, and the rest is written by a second call. Until that has
   * committed nothing is acknowledged, so a crash in between is mended by the redelivery.
   */
  async function write(
    queryable: Queryable,
    batch: Batch,
    options: WriteOptions = {},
  ): Promise<BatchOutcome> {
    const prepared = prepareBatch(batch, language);
    if (prepared.impostors.length > 0)
      return writeWithout(new Set(prepared.impostors), queryable, batch, options);
    let inserted = options.inserted;
    let deadLettered: BatchOutcome['deadLettered'] = [];
    if (inserted === undefined) {
      const mayFail = options.mayFail === true;
      const { length } = prepared.events;
      const row = await writeUnverified(queryable, prepared.parameters, length, mayFail, options);
      if (row.inserted === length) return outcomeOf(batch, prepared, row, new Map());
      inserted = new Set(row.inserted_ids);
      deadLettered = row.dead_lettered ?? [];
    }
    const present = await presentEvents(queryable, prepared, inserted);
    const reused = batch.events.filter((item) => present.get(item.event.event_id) === 'id_reused');
    const same = batch.events.filter((item) => !reused.includes(item));
    const rest = { events: same, deadLetters: [...batch.deadLetters, ...reused.map(eventIdReused)] };
    const { parameters } = prepareBatch(rest, language);
    const verified = await execute(applyBatch, queryable, parameters, true, options);
    const outcome = outcomeOf(batch, prepared, verified, present);
    return { ...outcome, deadLettered: [...deadLettered, ...outcome.deadLettered] };
  }

  async function writeEncoded(
    queryable: Queryable,
    batch: EncodedBatch,
    options: ApplyOptions,
  ): Promise<EncodedOutcome> {
    const parameters = [batch.parameters, ...otherParameters(batch.publishers)];
    const row = await writeUnverified(queryable, parameters, batch.events, true, options);
    if (row.inserted < batch.events) return { done: false, inserted: new Set(row.inserted_ids) };
    return { done: true, ...changesOf(row), publishers: progressOfPublishers(row, reusedIn(batch, row)) };
  }

  /**
   * Where nothing but new events came lately, these are taken for new as well.
   * @param mayFail whether the statement may fail, and be made once more in another way
   */
  async function writeUnverified(
    queryable: Queryable,
    parameters: readonly unknown[],
    events: number,
    mayFail: boolean,
    options: ApplyOptions,
  ): Promise<AppliedRow> {
    if (mayFail && newness.expected(events)) {
      try {
        return await execute(applyNewBatch, queryable, parameters, false, options);
      } catch (error) {
        if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
        newness.refuted();
      }
    }
    const row = await execute(applyBatch, queryable, parameters, false, options);
    if (row.inserted === events) newness.confirmed(events);
    else newness.missed();
    return row;
  }

  /** The impostors among the batch become dead letters with the rest of it. */
  async function writeWithout(
    impostors: ReadonlySet<BatchEvent>,
    queryable: Queryable,
    batch: Batch,
    options: WriteOptions,
  ): Promise<BatchOutcome> {
    const rest = {
      events: batch.events.filter((item) => !impostors.has(item)),
      deadLetters: [...batch.deadLetters, ...[...impostors].map(eventIdReused)],
    };
    const outcome = await write(queryable, rest, options);
    let next = 0;
    const outcomes = batch.events.map((item) =>
      impostors.has(item) ? 'id_reused' : (outcome.outcomes[next++] ?? 'inserted'),
    );
    return { ...outcome, outcomes };
  }

  async function execute(
    statement: Statement,
    queryable: Queryable,
    parameters: readonly unknown[],
    verified: boolean,
    { withChanges = true }: ApplyOptions,
  ): Promise<AppliedRow> {
    const [row] = await queryable.query<AppliedRow>(statement, [...parameters, verified, withChanges]);
    if (row === undefined)
      throw new TaskwireError('database_unavailable', 'The batch statement returned no row');
    return row;
  }

  async function presentEvents(
    queryable: Queryable,
    prepared: PreparedBatch,
    inserted: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, EventOutcome>> {
    const present = prepared.events.flatMap(({ event }) => (inserted.has(event.event_id) ? [] : [event]));
    const rows = await queryable.query<{ readonly event_id: string; readonly is_copy: boolean }>(readEvents, [
      plainArray(present.map((event) => event.event_id)),
      textArray(present.map((event) => event.task_request_id)),
      plainArray(present.map((event) => event.status)),
      plainArray(present.map((event) => event.attempt)),
      textArray(present.map((event) => event.task_name)),
      textArray(present.map((event) => event.worker_container)),
      textArray(present.map((event) => event.data.json)),
      plainArray(present.map((event) => event.event_time_us)),
      plainArray(present.map((event) => event.progress)),
      plainArray(present.map((event) => event.source)),
    ]);
    const reused = new Set(rows.filter((row) => !row.is_copy).map((row) => row.event_id));
    return new Map(
      present.map(({ event_id }) => [event_id, reused.has(event_id) ? 'id_reused' : 'duplicate']),
    );
  }

  /**
   * The slow path after a data error: halves of the batch, halved again where they fail, until the events that the
   * database refuses are alone and become dead letters. Each part is a transaction of its own: one around all of them
   * would hold the rows of one part while it waits for those of the next, and lock itself up with the batch beside it.
   * A crash in between is mended by the redelivery, since nothing is acknowledged before the end.
   */
  async function writeSplit(
    queryable: Queryable,
    batch: Batch,
    options: WriteOptions,
  ): Promise<BatchOutcome> {
    const [middle, single] = [Math.ceil(batch.events.length / 2), batch.events[0]];
    try {
      return await write(queryable, batch, options);
    } catch (error) {
      if (failureKind(error) === 'hold' || single === undefined) throw error;
      if (batch.events.length === 1) {
        const letters = { events: [], deadLetters: [...batch.deadLetters, refusedByDatabase(single, error)] };
        return { ...(await write(queryable, letters, options)), outcomes: ['dead_lettered'] };
      }
    }
    const half = { events: batch.events.slice(0, middle), deadLetters: batch.deadLetters };
    const first = await writeSplit(queryable, half, options);
    const otherHalf = { events: batch.events.slice(middle), deadLetters: [] };
    const second = await writeSplit(queryable, otherHalf, options);
    return joinOutcomes(first, second);
  }
}

function outcomeOf(
  batch: Batch,
  prepared: PreparedBatch,
  row: AppliedRow,
  present: ReadonlyMap<string, EventOutcome>,
): BatchOutcome {
  return {
    outcomes: outcomesOf(batch.events, prepared.events.length, present),
    ...changesOf(row),
    publishers: progressOfPublishers(row, reusedSequences(prepared.events, present, row.publishers)),
    deadLettered: row.dead_lettered ?? [],
  };
}
