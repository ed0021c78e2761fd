import { isFinal, type Task, type TaskLog, type TaskStatus } from '../api/task.ts';

/** A stretch of a task's life: it waited, ran, or waited to be tried again. */
export interface Segment {
  readonly kind: 'queued' | 'running' | 'retry';
  readonly attempt: number;
  readonly fromMs: number;
  /** Null while it lasts. */
  readonly toMs: number | null;
  /** What ended a run; RUNNING while it lasts. */
  readonly status: TaskStatus;
}

/**
 * The way of a task from its history. Reports of progress, and whatever came after the end, make no stretch of their own.
 * @param history in the order of its time
 */
export function segmentsOf(task: Pick<Task, 'created_at'>, history: readonly TaskLog[]): readonly Segment[] {
  const done: Segment[] = [];
  const [first] = history;
  let current: Segment | undefined = {
    kind: 'queued',
    attempt: 1,
    fromMs: Math.min(
      Date.parse(task.created_at),
      first === undefined ? Number.POSITIVE_INFINITY : Date.parse(first.event_time),
    ),
    toMs: null,
    status: 'PENDING',
  };
  const end = (atMs: number, status: TaskStatus): void => {
    // What took no time needs no place: a producer that never says PENDING, for one.
    if (current !== undefined && (current.kind === 'running' || atMs > current.fromMs)) {
      done.push({ ...current, toMs: Math.max(atMs, current.fromMs), status });
    }
    current = undefined;
  };
  for (const { status, attempt, event_time } of history) {
    const atMs = Date.parse(event_time);
    if (current === undefined) break;
    if (status === 'RUNNING' && (current.kind !== 'running' || current.attempt !== attempt)) {
      end(atMs, current.kind === 'running' ? 'RETRY' : 'PENDING');
      current = { kind: 'running', attempt, fromMs: atMs, toMs: null, status };
    } else if (status === 'RETRY') {
      end(atMs, status);
      current = { kind: 'retry', attempt, fromMs: atMs, toMs: null, status };
    } else if (isFinal(status)) end(atMs, status);
  }
  return current === undefined ? done : [...done, current];
}

/** One entry of the timeline: an event, or many reports of progress in a row. */
export type TimelineEntry =
  | { readonly kind: 'event'; readonly log: TaskLog }
  | { readonly kind: 'progress'; readonly logs: readonly TaskLog[] };

export function timelineOf(history: readonly TaskLog[]): readonly TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  const begun = new Set<number>();
  for (const log of history) {
    const isReport = log.status === 'RUNNING' && begun.has(log.attempt);
    if (log.status === 'RUNNING') begun.add(log.attempt);
    const last = entries.at(-1);
    if (!isReport) entries.push({ kind: 'event', log });
    else if (last?.kind === 'progress')
      entries[entries.length - 1] = { kind: 'progress', logs: [...last.logs, log] };
    else entries.push({ kind: 'progress', logs: [log] });
  }
  return entries;
}
