import { isFinal } from '@taskwire/protocol';
import type { ApiClient, TaskDetail } from '../../client/api-client.ts';
import { liveChanges } from '../../client/live-changes.ts';

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** The task as it is now, whenever it has changed; the last one is final. */
  readonly onState: (task: TaskDetail) => void;
  /** The web process is away, or back (null). */
  readonly onAway: (why: string | null) => void;
}

/**
 * Follows one task to its end. Whatever the stream says, it is the task itself that is looked at: so nothing depends on
 * having heard everything. @returns its last state; null where `signal` came first
 */
export async function followTask(
  api: ApiClient,
  id: string,
  options: FollowOptions,
): Promise<TaskDetail | null> {
  // Also tells at once when there is no such task.
  let task = await api.show(id);
  options.onState(task);
  if (isFinal(task.status)) return task;
  const done = new AbortController();
  const signal = AbortSignal.any([options.signal, done.signal]);
  for await (const event of liveChanges(api, { task_request_id: id }, signal)) {
    if (event.kind === 'disconnected') {
      options.onAway(event.why);
      continue;
    }
    if (event.kind === 'connected') options.onAway(null);
    const now = await api.show(id);
    if (hasChanged(now, task)) options.onState(now);
    task = now;
    if (!isFinal(task.status)) continue;
    done.abort();
    return task;
  }
  return null;
}

const hasChanged = (now: TaskDetail, before: TaskDetail): boolean =>
  now.status !== before.status || now.progress !== before.progress || now.attempt !== before.attempt;
