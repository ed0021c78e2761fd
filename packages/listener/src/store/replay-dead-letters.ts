import {
  decodeEvent,
  type ErrorCode,
  messageOf,
  type TaskChange,
  type TaskEvent,
  TaskwireError,
} from '@taskwire/protocol';
import { plainArray } from './array-literal.ts';
import { type AuditSource, writeAudit } from './audit-log.ts';
import type { DeadLetterReason, Lane } from './batch.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { failureKind, sqlStateOf } from './sql-state.ts';

/** What became of dead letters that were to be replayed. */
export interface Replay {
  /** Applied now. */
  readonly replayed: readonly number[];
  /** Applied before. */
  readonly unchanged: readonly number[];
  readonly failed: readonly FailedReplay[];
  /** The tasks that it changed. */
  readonly changes: readonly TaskChange[];
}

export interface FailedReplay {
  readonly id: number;
  readonly code: Extract<ErrorCode, 'not_found' | 'event_invalid'>;
  readonly detail: string;
}

/** Decides whether an event may be applied at all; the listener's check of signatures is one. */
export interface EventJudge {
  /** Null where it may. Nothing travels beside the payload of a dead letter. */
  problemOf(
    event: TaskEvent,
    message: { readonly payload: Buffer; readonly publisher_id: null; readonly sequence: null },
  ): { readonly detail: string } | null;
}

export interface ReplayOptions {
  readonly database: Pick<Database, 'transaction'>;
  readonly writer: BatchWriter;
  readonly earliestMs: () => number;
  readonly eventBytesMax: number;
  /** Undefined: signatures are not looked at. */
  readonly signatures: EventJudge | undefined;
  /** ms since 1970. */
  readonly clock: () => number;
}

interface LockedLetter {
  readonly id: number;
  readonly reason: DeadLetterReason;
  readonly lane: Lane;
  readonly payload: string;
  readonly replayed: boolean;
}

interface ReadableLetter extends LockedLetter {
  readonly event: TaskEvent;
}

/**
 * Applies dead letters straight from their table, each once, whoever asks and however often: they are locked, applied
 * and marked in one transaction. All of them in one; where the database refuses one of the events, each in its own.
 * @throws the database's own error, where nothing is wrong with any event
 */
export function createReplay(
  options: ReplayOptions,
): (ids: readonly number[], by: AuditSource | undefined) => Promise<Replay> {
  const { database, writer } = options;
  const lockLetters = loadStatement('lock_dead_letters');
  const markReplayed = loadStatement('mark_dead_letters_replayed');

  const replayTogether = (ids: readonly number[], by: AuditSource | undefined): Promise<Replay> =>
    database.transaction(async (transaction) => {
      const letters = await transaction.query<LockedLetter>(lockLetters, [plainArray(ids)]);
      const found = new Set(letters.map(({ id }) => id));
      const failed = ids.filter((id) => !found.has(id)).map(missing);
      const readable: ReadableLetter[] = [];
      for (const letter of letters.filter(({ replayed }) => !replayed)) {
        if (letter.reason === 'not_utf8') {
          failed.push(unfit(letter.id, 'its bytes could not be kept as they came'));
          continue;
        }
        const decoded = decodeEvent(Buffer.from(letter.payload), {
          nowMs: options.clock(),
          earliestMs: options.earliestMs(),
          eventBytesMax: options.eventBytesMax,
        });
        const problem = decoded.ok
          ? signatureProblem(letter, decoded.event, options.signatures)
          : decoded.detail;
        if (decoded.ok && problem === null) readable.push({ ...letter, event: decoded.event });
        else failed.push(unfit(letter.id, problem ?? ''));
      }
      const unchanged = letters.filter(({ replayed }) => replayed).map(({ id }) => id);
      if (readable.length === 0) return { replayed: [], unchanged, failed, changes: [] };
      const events = readable.map(({ event, payload }) => ({ event, lane: 'replay', payload }) as const);
      const { changes, outcomes } = await writer.write(transaction, { events, deadLetters: [] });
      const taken = readable.find((_, index) => outcomes[index] === 'id_reused');
      if (taken !== undefined) throw new EventIdTaken(taken.event.event_id);
      const replayed = readable.map(({ id }) => id);
      await transaction.query(markReplayed, [plainArray(replayed)]);
      if (by !== undefined) {
        const entries = readable.map(({ id, event: { task_request_id, status } }) => ({
          target: String(id),
          task_request_id,
          detail: { status },
        }));
        await writeAudit(transaction, by, 'replay', entries);
      }
      return { replayed, unchanged, failed, changes };
    });

  return async function replay(ids, by): Promise<Replay> {
    try {
      return await replayTogether(ids, by);
    } catch (error) {
      const [only] = ids;
      const refused = error instanceof EventIdTaken || failureKind(error) === 'data';
      if (!refused || only === undefined) throw error;
      if (ids.length === 1) {
        return { replayed: [], unchanged: [], failed: [unfit(only, whyRefused(error))], changes: [] };
      }
    }
    let all: Replay = { replayed: [], unchanged: [], failed: [], changes: [] };
    for (const id of ids) all = join(all, await replay([id], by));
    return all;
  };
}

/** Undoes the transaction: what was written besides, a dead letter of a dead letter, is not wanted. */
class EventIdTaken extends Error {
  constructor(eventId: string) {
    super(`event_id ${eventId} belongs to another event, which came first`);
  }
}

const whyRefused = (error: unknown): string =>
  error instanceof EventIdTaken
    ? error.message
    : `the database refuses it: ${messageOf(error)} (SQLSTATE ${sqlStateOf(error) ?? 'unknown'})`;

/** What came over Redis has to be signed now as it would have been then; the other lanes have other proofs. */
function signatureProblem(
  { lane, payload }: LockedLetter,
  event: TaskEvent,
  signatures: EventJudge | undefined,
): string | null {
  if (signatures === undefined || lane === 'http' || lane === 'reconciler') return null;
  const signed = { payload: Buffer.from(payload), publisher_id: null, sequence: null };
  return signatures.problemOf(event, signed)?.detail ?? null;
}

const missing = (id: number): FailedReplay => ({
  id,
  code: 'not_found',
  detail: `There is no dead letter ${id}`,
});

const unfit = (id: number, why: string): FailedReplay => ({
  id,
  code: 'event_invalid',
  detail: `Dead letter ${id} still cannot be applied: ${why}`,
});

const join = (a: Replay, b: Replay): Replay => ({
  replayed: [...a.replayed, ...b.replayed],
  unchanged: [...a.unchanged, ...b.unchanged],
  failed: [...a.failed, ...b.failed],
  changes: [...a.changes, ...b.changes],
});

/** For one dead letter. @throws TaskwireError `not_found`, `event_invalid` */
export function refuseFailedReplay({ failed }: Replay): void {
  const [failure] = failed;
  if (failure !== undefined) throw new TaskwireError(failure.code, failure.detail);
}
