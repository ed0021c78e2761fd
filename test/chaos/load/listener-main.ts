import {
  createSilentTaskRepository,
  createTaskStatusListener,
  createTaskStatusService,
  migrate,
  openPostgres,
} from '@taskwire/listener';
import { readSettings, redisNames, redisNodes, silentLogger, TaskwireError } from '@taskwire/protocol';
import { keepHeapSmall } from '../../../packages/taskwire/src/process/keep-heap-small.ts';
import { answerObservers, type ListenerView } from '../observe.ts';
import { readFailpoints } from './listener-failpoints.ts';

/** A listener replica as its own process; reads the same settings as the product, and says when it is ready. */
const settings = readSettings(process.env);
keepHeapSmall();
const database = openPostgres({ url: settings.databaseUrl ?? '', applicationName: `chaos-${process.pid}` });
await whenThere(() => migrate(database));
const service = createTaskStatusService(database, {
  retentionDays: settings.retentionDays,
  partitions: settings.partitions,
});
await whenThere(() => service.maintain());
const graceMs = Number(process.env.CHAOS_RECONCILE_AFTER_MS ?? 0);
const listener = createTaskStatusListener({
  redisUrl: settings.redisUrl,
  redisNodes: redisNodes(settings),
  names: redisNames(settings),
  database,
  service,
  claimIdleMs: settings.claimIdleMs,
  channelHoldMs: settings.channelHoldMs,
  ...(graceMs > 0 ? { reconciler: { silentTasks: createSilentTaskRepository(database), graceMs } } : {}),
  failpoints: readFailpoints(process.env),
  logger: settings.logLevel === 'silent' ? silentLogger : console,
});
process.once('SIGTERM', async () => {
  await listener.stop();
  await database.close();
});
answerObservers(() => ({ health: listener.health(), metrics: listener.metrics() }) satisfies ListenerView);
await listener.start();
console.log('ready');

/** As the web process does: a database that is away is waited for, anything else is the end. */
async function whenThere(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof TaskwireError && error.retryable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
