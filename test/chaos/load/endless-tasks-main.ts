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

/** A worker in the middle of tasks that never end; says `running` when the database knows of all of them. */
const { taskIds, ...config } = JSON.parse(process.argv[2] ?? '') as EndlessTasksConfig;
const notifier = createTaskStatusNotifier({ ...config, heartbeatIntervalMs: 500 });
await notifier.start();
for (const task_request_id of taskIds) void notifier.run({ task_request_id }, () => new Promise(() => {}));
await notifier.flush({ timeoutMs: 20_000 });
console.log('running');
