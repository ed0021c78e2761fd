import { createTaskStatusNotifier } from '@taskwire/notifier';
import { readSettings, redisNames } from '@taskwire/protocol';

/** A worker with a task that never ends; its end comes from outside. */
const settings = readSettings(process.env);
const notifier = createTaskStatusNotifier({
  redisUrl: settings.redisUrl,
  names: redisNames(settings),
  workerContainer: settings.workerContainer,
  outboxPath: settings.outboxPath ?? '',
  heartbeatIntervalMs: 200,
});
await notifier.start();
void notifier.run({ task_request_id: 'lost' }, () => new Promise(() => {}));
if (await notifier.flush({ timeoutMs: 20_000 })) console.log('runs');
