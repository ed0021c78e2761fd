import type { TaskStatusNotifier } from '@taskwire/notifier';

const INTERVAL_MS = 50;

/** A worker that has something to say all the time. */
export function publishSteadily(notifier: TaskStatusNotifier): Disposable {
  let number = 0;
  const timer = setInterval(() => {
    notifier.publish({ task_request_id: `steady-${number++}`, status: 'SUCCESS' });
  }, INTERVAL_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
