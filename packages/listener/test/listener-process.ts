import type { RedisNames } from '@taskwire/protocol';
import { openPostgres } from '../src/store/postgres.ts';
import { createTaskStatusService } from '../src/store/task-status-service.ts';
import { createTaskStatusListener } from '../src/task-status-listener.ts';

/**
 * One replica as a process of its own, for tests that kill it. Settings come as JSON in the first argument; it aborts
 * when it is about to commit an event of the task `killedBy`.
 */
interface ReplicaSettings {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly names: RedisNames;
  readonly claimIdleMs: number;
  readonly killedBy?: string;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as ReplicaSettings;
const database = openPostgres({ url: settings.databaseUrl });
const service = createTaskStatusService(database);
const listener = createTaskStatusListener({
  redisUrl: settings.redisUrl,
  names: settings.names,
  database,
  service,
  claimIdleMs: settings.claimIdleMs,
  lanes: { channel: false },
  failpoints: {
    beforeCommit: ({ events }) => {
      if (events.some(({ event }) => event.task_request_id === settings.killedBy))
        process.kill(process.pid, 'SIGKILL');
    },
  },
});
process.once('SIGTERM', async () => {
  await listener.stop();
  await database.close();
  console.log('stopped');
});
await listener.start();
let leads = false;
setInterval(() => {
  if (leads === (listener.metrics().gauges.leader === 1)) return;
  leads = !leads;
  console.log(leads ? 'leads' : 'follows');
}, 50).unref();
console.log('started');
