import { createTaskStatusListener, createTaskStatusService, migrate, openPostgres } from '@taskwire/listener';
import type { RedisNames } from '@taskwire/protocol';

const [redisUrl = '', databaseUrl = '', names = ''] = process.argv.slice(2);
const database = openPostgres({ url: databaseUrl });
await migrate(database);
const service = createTaskStatusService(database);
await service.maintain();
const listener = createTaskStatusListener({
  redisUrl,
  names: JSON.parse(names) as RedisNames,
  database,
  service,
});
await listener.start();
process.once('SIGTERM', async () => {
  await listener.stop();
  await database.close();
});
console.log('ready');
