import path from 'node:path';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import type { RedisNames } from '@taskwire/protocol';

/** Numbered tasks, two events each. With `killAtTheEnd` it ends itself as `kill -9` would. */
export interface CountingWorkerConfig {
  readonly redisUrl: string;
  readonly names: RedisNames;
  readonly directory: string;
  /** The first event and the one to end before; even numbers are RUNNING, odd ones SUCCESS. */
  readonly from: number;
  readonly to: number;
  readonly killAtTheEnd: boolean;
}

const config = JSON.parse(process.argv[2] ?? '') as CountingWorkerConfig;
const notifier = createTaskStatusNotifier({
  redisUrl: config.redisUrl,
  names: config.names,
  workerContainer: 'counting-worker',
  outboxPath: path.join(config.directory, 'outbox.sqlite'),
});
await notifier.start();
for (let n = config.from; n < config.to; n++) {
  const outcome = notifier.publish({
    task_request_id: `counted-${Math.floor(n / 2)}`,
    status: n % 2 === 0 ? 'RUNNING' : 'SUCCESS',
    data: {},
  });
  if (!outcome.accepted) throw outcome.error;
  if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
}
// publish() of the last event has just returned: nothing more is promised to happen in this process.
if (config.killAtTheEnd) process.kill(process.pid, 'SIGKILL');
if (await notifier.flush({ timeoutMs: 110_000 })) console.log('all acknowledged');
await notifier.stop();
