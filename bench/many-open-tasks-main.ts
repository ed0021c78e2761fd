import path from 'node:path';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import type { RedisNames } from '@taskwire/protocol';

/** The first argument, as JSON. */
export interface ManyOpenTasksConfig {
  readonly redisUrl: string;
  readonly names: RedisNames;
  readonly directory: string;
  readonly label: string;
  readonly publishers: number;
  readonly tasksEach: number;
}

const FLUSH_MS_MAX = 170_000;

/** Many notifiers, each with many tasks that run; says for how many publishers all is in the database. */
const config = JSON.parse(process.argv[2] ?? '') as ManyOpenTasksConfig;
const notifiers = Array.from({ length: config.publishers }, (_, index) =>
  createTaskStatusNotifier({
    redisUrl: config.redisUrl,
    names: config.names,
    workerContainer: `${config.label}-${index}`,
    outboxPath: path.join(config.directory, `${config.label}-${index}.sqlite`),
  }),
);
for (const notifier of notifiers) await notifier.start();
for (const [index, notifier] of notifiers.entries()) {
  for (let task = 0; task < config.tasksEach; task++) {
    const outcome = notifier.publish({
      task_request_id: `${config.label}-${index}-${task}`,
      status: 'RUNNING',
      task_name: 'tasks.bench',
    });
    if (!outcome.accepted) throw outcome.error;
  }
}
const acknowledged = await Promise.all(
  notifiers.map((notifier) => notifier.flush({ timeoutMs: FLUSH_MS_MAX })),
);
console.log(`acknowledged ${acknowledged.filter(Boolean).length}`);
await Promise.all(notifiers.map((notifier) => notifier.stop()));
