import { isFinal, type TaskChange, type TaskSummary } from '../api/task.ts';

/** The newest that was announced of a task, and since when it runs. */
export interface LiveTask {
  readonly change: TaskChange;
  readonly running_since: string | null;
}

/** Forgotten beyond that, the longest unchanged first: lists are loaded anew anyhow. */
const TASKS_MAX = 20_000;

/**
 * What was announced since the page was opened, by task. Each row listens to its own task, so that a thousand changes a
 * second redraw the few rows that are on the screen and nothing else.
 */
export interface ChangedTasks {
  get(id: string): LiveTask | undefined;
  /** Called when that task changes. @returns how to stop that */
  listen(id: string, listener: () => void): () => void;
  put(changes: ReadonlyMap<string, TaskChange>): void;
  /** For a server whose database may have gone back in time: what is known counts no more. */
  forget(): void;
}

export function createChangedTasks(): ChangedTasks {
  const tasks = new Map<string, LiveTask>();
  const listeners = new Map<string, Set<() => void>>();
  return {
    get: (id) => tasks.get(id),
    listen: (id, listener) => {
      const those = listeners.get(id) ?? new Set();
      listeners.set(id, those.add(listener));
      return () => {
        those.delete(listener);
        if (those.size === 0) listeners.delete(id);
      };
    },
    put: (changes) => {
      for (const [id, change] of changes) {
        const known = tasks.get(id);
        // Announced twice, or late.
        if (known !== undefined && known.change.revision >= change.revision) continue;
        tasks.delete(id);
        tasks.set(id, { change, running_since: runningSince(known, change) });
        for (const listener of listeners.get(id) ?? []) listener();
      }
      for (const id of tasks.keys()) {
        if (tasks.size <= TASKS_MAX) break;
        tasks.delete(id);
      }
    },
    forget: () => {
      tasks.clear();
      for (const those of listeners.values()) for (const listener of those) listener();
    },
  };
}

function runningSince(known: LiveTask | undefined, change: TaskChange): string | null {
  if (change.status === 'PENDING') return null;
  const isSameRun = known !== undefined && known.change.attempt === change.attempt;
  if (isSameRun && known.running_since !== null) return known.running_since;
  return change.status === 'RUNNING' ? change.last_status_update : null;
}

/**
 * A task as it was loaded, with what was announced since. Which of the two is newer is for their revisions to say: an answer
 * may have been on its way for longer than an announcement, and times are those of workers whose clocks differ.
 */
export function withLive<T extends TaskSummary>(task: T, live: LiveTask | undefined): T {
  if (live === undefined || live.change.revision <= task.revision) return task;
  const { status, attempt, progress, last_status_update, task_name, revision } = live.change;
  const isSameRun = attempt === task.attempt && task.started_at !== null;
  return {
    ...task,
    task_name: task_name ?? task.task_name,
    status,
    attempt,
    progress,
    last_status_update,
    revision,
    started_at: isSameRun ? task.started_at : live.running_since,
    finished_at: isFinal(status) ? last_status_update : null,
    // Words come with the next load; those of before are of before.
    ...(status === task.status ? {} : { error: null, error_type: null }),
  };
}
