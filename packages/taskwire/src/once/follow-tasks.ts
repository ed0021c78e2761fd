import { setTimeout as delay } from 'node:timers/promises';
import type { TaskLog } from '@taskwire/listener';
import { isFinal } from '@taskwire/protocol';
import type { ApiClient, TaskDetail } from '../client/api-client.ts';
import type { PlannedTask } from './nine-tasks.ts';

export interface FollowOptions {
  readonly api: Pick<ApiClient, 'submit' | 'show'>;
  readonly tasks: readonly PlannedTask[];
  readonly signal: AbortSignal;
  /** A status change that the database has. */
  readonly onChange: (task: TaskDetail, change: TaskLog) => void;
}

/** As it stood last; null where it was never submitted. */
export interface FollowedTask {
  readonly task_name: string;
  readonly task: TaskDetail | null;
}

const LOOK_EVERY_MS = 50;

/**
 * Submits the tasks, each when the one it waits for is SUCCESS, and follows them by asking the API until all have ended
 * or `signal` is aborted.
 */
export async function followTasks(options: FollowOptions): Promise<readonly FollowedTask[]> {
  const { api, tasks, signal, onChange } = options;
  const ids = new Map<string, string>();
  const latest = new Map<string, TaskDetail>();
  const shown = new Set<string>();

  const isOpen = ({ task_name, after }: PlannedTask): boolean => {
    const task = latest.get(task_name);
    if (task !== undefined || ids.has(task_name)) return task === undefined || !isFinal(task.status);
    const other = after === undefined ? undefined : latest.get(after);
    // What waits for one that failed will never be submitted.
    return after === undefined || other === undefined || !isFinal(other.status) || other.status === 'SUCCESS';
  };
  const submitDue = async (): Promise<void> => {
    for (const { task_name, after, params } of tasks) {
      if (ids.has(task_name)) continue;
      const other = after === undefined ? undefined : latest.get(after);
      if (after !== undefined && other?.status !== 'SUCCESS') continue;
      ids.set(task_name, (await api.submit({ task_name, params: params(other?.result) })).task_request_id);
    }
  };
  const look = async (): Promise<void> => {
    const news: (readonly [TaskDetail, TaskLog])[] = [];
    for (const planned of tasks) {
      const id = ids.get(planned.task_name);
      if (id === undefined || !isOpen(planned)) continue;
      const task = await api.show(id);
      latest.set(planned.task_name, task);
      for (const change of task.history) {
        if (!shown.has(change.event_id)) news.push([task, change]);
        shown.add(change.event_id);
      }
    }
    // What came between two looks is shown in the order in which it happened.
    news.sort(([, a], [, b]) => (a.event_time < b.event_time ? -1 : 1));
    for (const [task, change] of news) onChange(task, change);
  };
  try {
    while (tasks.some(isOpen)) {
      signal.throwIfAborted();
      await submitDue();
      await look();
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  } catch (error) {
    // Time is up, or somebody pressed Ctrl-C: what is known by then is shown.
    if (!signal.aborted) throw error;
  }
  return tasks.map(({ task_name }) => ({ task_name, task: latest.get(task_name) ?? null }));
}
