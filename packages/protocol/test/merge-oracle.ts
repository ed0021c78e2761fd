import type { TaskEvent, TaskStatus } from '../src/event.ts';
import type { TaskRow } from '../src/merge.ts';

/**
 * The row of a history, sentence by sentence as the design tells it, over all events at once, slowly, and without any
 * of the merge's own code: the second opinion that the merge is compared with.
 */
export function rowByTheSentences(events: readonly TaskEvent[]): TaskRow {
  const winner = greatest(events);
  // "started_at is the earliest RUNNING of the winning attempt"
  const runs = events.filter((event) => event.status === 'RUNNING' && attemptOf(event) === attemptOf(winner));
  // "progress to the newest RUNNING of the winning attempt"
  const withProgress = runs.filter((event) => event.progress !== null);
  // "error to FAILURE (or the last RETRY)", not to SUCCESS and CANCELLED
  const failures = events.filter((event) => event.status === 'FAILURE' || event.status === 'RETRY');
  const showsError = winner.status !== 'SUCCESS' && winner.status !== 'CANCELLED' && failures.length > 0;
  const failure = showsError ? greatest(failures) : undefined;
  const isFinal = ['FAILURE', 'CANCELLED', 'SUCCESS'].includes(winner.status);
  // "two final events that contradict each other are … shown as a conflict"; a reconciler's is there to be corrected
  const finals = events
    .filter((event) => ['FAILURE', 'CANCELLED', 'SUCCESS'].includes(event.status) && event.source === null)
    .map((event) => event.status);
  const names = events.map((event) => event.task_name).filter((name) => name !== null);
  return {
    task_request_id: winner.task_request_id,
    task_name: names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).at(-1) ?? null,
    status: winner.status,
    attempt: attemptOf(winner),
    progress: withProgress.length === 0 ? null : greatest(withProgress).progress,
    // "result to SUCCESS"
    result_json:
      winner.status === 'SUCCESS' && 'result' in dataOf(winner)
        ? JSON.stringify(dataOf(winner).result)
        : null,
    error: textOf(failure && dataOf(failure).error),
    error_type: textOf(failure && dataOf(failure).error_type),
    worker_source: winner.worker_container,
    created_at_us: Math.min(...events.map((event) => event.event_time_us)),
    started_at_us: runs.length === 0 ? null : Math.min(...runs.map((event) => event.event_time_us)),
    // "finished_at belongs to the winning final event"
    finished_at_us: isFinal ? winner.event_time_us : null,
    last_status_update_us: winner.event_time_us,
    conflict: new Set(finals).size > 1,
  };
}

/** The one that beats all others. @throws Error where there is none: then the rules are no order */
function greatest(events: readonly TaskEvent[]): TaskEvent {
  const distinct = [...new Map(events.map((event) => [event.event_id, event])).values()];
  const found = distinct.filter((event) => distinct.every((other) => other === event || beats(event, other)));
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} events beat all others`);
  return found[0];
}

function beats(a: TaskEvent, b: TaskEvent): boolean {
  // "SUCCESS, then CANCELLED, beat everything whatever the attempt"
  for (const final of ['SUCCESS', 'CANCELLED']) {
    if ((a.status === final) !== (b.status === final)) return a.status === final;
  }
  // "A later attempt beats an earlier one"
  if (attemptOf(a) !== attemptOf(b)) return attemptOf(a) > attemptOf(b);
  const counts = [a, b].map((event) => event.attempt > 0);
  if (counts[0] !== counts[1]) {
    // In one attempt, one who counts beats one who does not, except that PENDING begins everything.
    const counting = counts[0] ? a : b;
    return (counting === a) === (counting.status !== 'PENDING');
  }
  const byRank = Math.sign(rankOf(a) - rankOf(b));
  const byTime = Math.sign(a.event_time_us - b.event_time_us);
  // "Within an attempt: PENDING < RUNNING < …"; "v0 events carry no attempt: their time decides, then the rank"
  const [first, second] = counts[0] ? [byRank, byTime] : [byTime, byRank];
  if (first !== 0) return first > 0;
  if (second !== 0) return second > 0;
  // "Ties end in a fixed order (event_id)"
  return a.event_id > b.event_id;
}

const dataOf = (event: TaskEvent) => JSON.parse(event.data.json);

const attemptOf = (event: TaskEvent): number => (event.attempt === 0 ? 1 : event.attempt);

const ORDER: readonly TaskStatus[] = ['PENDING', 'RUNNING', 'RETRY', 'FAILURE', 'CANCELLED', 'SUCCESS'];

/** A reconciler's word counts a little less than the same word of a worker. */
const rankOf = (event: TaskEvent): number =>
  ORDER.indexOf(event.status) - (event.source === 'reconciler' ? 0.5 : 0);

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
