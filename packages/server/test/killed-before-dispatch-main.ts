import { openPostgres } from '@taskwire/listener';
import { startApi } from './start-api.ts';

/** Takes one submission and ends itself, as `kill -9` would, when it is to bring it into the queue. */
const { databaseUrl, redisUrl, names } = JSON.parse(process.argv[2] ?? '');
const killed = () => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise<never>(() => {});
};
const api = await startApi({
  database: openPostgres({ url: databaseUrl }),
  redisUrl,
  names,
  queue: { add: killed, close: async () => {} },
});
await api.post('/api/v1/tasks', { task_name: 'tasks.test', task_request_id: 'killed', params: { a: 1 } });
