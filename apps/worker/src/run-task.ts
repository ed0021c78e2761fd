import { TaskwireError } from '@taskwire/protocol';
import type { Task, TaskContext, TaskResult } from './task.ts';

/**
 * Runs a task for at most its time. What it has begun is told by its signal; it is not waited for any longer, since
 * some system calls (a dead network mount) never return.
 * @throws TaskwireError `task_unknown` where `task` is undefined, `task_timeout`, or whatever the task throws
 */
export async function runTask(
  task: Task | undefined,
  name: string,
  context: TaskContext<unknown>,
): Promise<TaskResult> {
  if (task === undefined) {
    throw new TaskwireError(
      'task_unknown',
      `this worker has no task ${JSON.stringify(name.slice(0, 200))}; if another worker has it, give the two different TASKWIRE_TASK_QUEUE`,
    );
  }
  const ownTime = new AbortController();
  const timer = setTimeout(() => {
    const message = `${task.name} was ended after ${task.durationMsMax} ms, the longest it may run`;
    ownTime.abort(new TaskwireError('task_timeout', message));
  }, task.durationMsMax);
  const signal = AbortSignal.any([context.signal, ownTime.signal]);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([task.run({ ...context, signal }), aborted]);
  } catch (error) {
    // A library that is aborted throws its own error; the reason tells more.
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
