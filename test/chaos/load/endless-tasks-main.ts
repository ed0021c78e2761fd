import { createTaskStatusNotifier } from '@taskwire/notifier';
import type { RedisNames } from '@taskwire/protocol';

/** The first argument, as JSON. */
export interface EndlessTasksConfig {
  readonly redisUrl: string;
  readonly names: RedisNames;
  readonly workerContainer: string;
  readonly outboxPath: string;
  readonly taskIds: readonly string[];
}

/** A worker in the middle of tasks that do not end before SIGUSR1; says `running` when the database knows of them. */
const { taskIds, ...config } = JSON.parse(process.argv[2] ?? '') as EndlessTasksConfig;
const notifier = createTaskStatusNotifier({ ...config, heartbeatIntervalMs: 500 });
await notifier.start();
const toldToEnd = new Promise<string>((resolve) => {
  process.once('SIGUSR1', () => resolve('done all the same'));
});
for (const task_request_id of taskIds) void notifier.run({ task_request_id }, () => toldToEnd);
await notifier.flush({ timeoutMs: 20_000 });
console.log('running');
