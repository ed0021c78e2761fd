import { isFinal, type TaskEvent, type TaskStatus } from './event.ts';
import { effectiveAttempt, type MergeKey, mergeKey } from './merge-key.ts';

/**
 * The merge: the state of a task is the join of the states of its events. `joinStates` is commutative, associative
 * and idempotent, since each part of the state is a maximum, a minimum or a union; so any order, any duplication and
 * any split into batches of the same events ends in the same state, and with it in the same row.
 */
export interface TaskState {
  readonly task_request_id: string;
  /** The greatest name that any event brought; all bring the same one, as a rule. */
  readonly task_name: string | null;
  /** Time of the earliest event. */
  readonly created_at_us: number;
  /** From the event with the greatest key. */
  readonly winner: Winner;
  /** From the greatest FAILURE or RETRY. */
  readonly failure: Failure | null;
  /**
   * For the {@link ATTEMPTS_KEPT} latest attempts that were seen RUNNING. A late SUCCESS of an early attempt needs the
   * start of that attempt.
   */
  readonly runs: Runs;
  /** Union of {@link FINAL_BITS} of the final events that workers sent; more than one bit is a conflict. */
  readonly finals: number;
}

export interface Winner {
  readonly key: MergeKey;
  readonly status: TaskStatus;
  readonly attempt: number;
  readonly worker_source: string;
  readonly event_time_us: number;
  /** JSON text of `data.result`, of a SUCCESS that has one. */
  readonly result_json: string | null;
}

export interface Failure {
  readonly key: MergeKey;
  readonly error: string | null;
  readonly error_type: string | null;
}

/** At most one an attempt, by attempt. */
export type Runs = readonly Run[];

export interface Run {
  readonly attempt: number;
  /** Time of the earliest RUNNING, µs. */
  readonly started_at_us: number;
  /** Key of the newest RUNNING that brought progress; empty where none did. */
  readonly progress_key: MergeKey;
  /** That progress. */
  readonly progress: number | null;
}

/** The row as readers see it. */
export interface TaskRow {
  readonly task_request_id: string;
  readonly task_name: string | null;
  readonly status: TaskStatus;
  readonly attempt: number;
  readonly progress: number | null;
  readonly result_json: string | null;
  readonly error: string | null;
  readonly error_type: string | null;
  readonly worker_source: string;
  readonly created_at_us: number;
  readonly started_at_us: number | null;
  readonly finished_at_us: number | null;
  readonly last_status_update_us: number;
  readonly conflict: boolean;
}

/**
 * A task that is tried again every minute for a year would otherwise grow its row with every try, and write it all each
 * time. Keeping the greatest ones is a join still: an attempt that so many later ones have pushed out stays out in
 * whatever order they come. `taskwire_join_runs` does the same in the database.
 */
export const ATTEMPTS_KEPT = 16;

/** What a reconciler concluded is no contradiction: it is there to be corrected. */
export const FINAL_BITS: Readonly<Partial<Record<TaskStatus, number>>> = {
  FAILURE: 1,
  CANCELLED: 2,
  SUCCESS: 4,
};

const NO_RUNS: Runs = [];

/** The state of a task of which this event alone is known. */
export function stateOf(event: TaskEvent): TaskState {
  const key = mergeKey(event);
  const attempt = effectiveAttempt(event);
  const failed = event.status === 'FAILURE' || event.status === 'RETRY';
  return {
    task_request_id: event.task_request_id,
    task_name: event.task_name,
    created_at_us: event.event_time_us,
    winner: {
      key,
      status: event.status,
      attempt,
      worker_source: event.worker_container,
      event_time_us: event.event_time_us,
      result_json: event.data.result_json,
    },
    failure: failed ? { key, error: event.data.error, error_type: event.data.error_type } : null,
    runs: event.status === 'RUNNING' ? [runOf(event, key, attempt)] : NO_RUNS,
    finals: event.source === 'reconciler' ? 0 : (FINAL_BITS[event.status] ?? 0),
  };
}

const runOf = (event: TaskEvent, key: MergeKey, attempt: number): Run => ({
  attempt,
  started_at_us: event.event_time_us,
  progress_key: event.progress === null ? '' : key,
  progress: event.progress,
});

/**
 * As it is stored with each row, with short names: attempt to `s`, its start, `k` and `p`, its progress with the key.
 * Neither numbers nor keys have anything to quote.
 */
export function runsJson(runs: Runs): string {
  let members = '';
  for (let i = 0; i < runs.length; i++) {
    const { attempt, started_at_us, progress_key, progress } = runs[i] as Run;
    members += `${i === 0 ? '' : ','}"${attempt}":{"s":${started_at_us},"k":"${progress_key}","p":${progress}}`;
  }
  return `{${members}}`;
}

/** @param a and @param b states of the same task */
export function joinStates(a: TaskState, b: TaskState): TaskState {
  return {
    task_request_id: a.task_request_id,
    task_name: greater(a.task_name, b.task_name),
    created_at_us: Math.min(a.created_at_us, b.created_at_us),
    winner: a.winner.key >= b.winner.key ? a.winner : b.winner,
    failure: joinFailures(a.failure, b.failure),
    runs: joinRuns(a.runs, b.runs),
    finals: a.finals | b.finals,
  };
}

/** The join of all events of one task. @throws RangeError for no events: a task without any does not exist */
export function mergeEvents(events: readonly TaskEvent[]): TaskState {
  const [first, ...rest] = events;
  if (first === undefined) throw new RangeError('mergeEvents: at least one event is needed');
  return rest.reduce((state, event) => joinStates(state, stateOf(event)), stateOf(first));
}

/** The row that a state is shown as. */
export function rowOf(state: TaskState): TaskRow {
  const { winner } = state;
  const run = state.runs.find(({ attempt }) => attempt === winner.attempt);
  const failure = winner.status === 'SUCCESS' || winner.status === 'CANCELLED' ? null : state.failure;
  return {
    task_request_id: state.task_request_id,
    task_name: state.task_name,
    status: winner.status,
    attempt: winner.attempt,
    progress: run?.progress ?? null,
    result_json: winner.result_json,
    error: failure?.error ?? null,
    error_type: failure?.error_type ?? null,
    worker_source: winner.worker_source,
    created_at_us: state.created_at_us,
    started_at_us: run?.started_at_us ?? null,
    finished_at_us: isFinal(winner.status) ? winner.event_time_us : null,
    last_status_update_us: winner.event_time_us,
    conflict: (state.finals & (state.finals - 1)) !== 0,
  };
}

function joinFailures(a: Failure | null, b: Failure | null): Failure | null {
  if (a === null || b === null) return a ?? b;
  return a.key >= b.key ? a : b;
}

function joinRuns(a: Runs, b: Runs): Runs {
  // One side has none as a rule, as of RUNNING and SUCCESS.
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const byAttempt = new Map(a.map((run) => [run.attempt, run]));
  for (const run of b) {
    const other = byAttempt.get(run.attempt);
    byAttempt.set(run.attempt, other === undefined ? run : joinRun(other, run));
  }
  return [...byAttempt.values()].sort((x, y) => x.attempt - y.attempt).slice(-ATTEMPTS_KEPT);
}

function joinRun(a: Run, b: Run): Run {
  const newest = a.progress_key >= b.progress_key ? a : b;
  return { ...newest, started_at_us: Math.min(a.started_at_us, b.started_at_us) };
}

/** In the order of UTF-8 bytes, which is the database's under the collation "C". */
function greater(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a === b || Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? a : b;
}
