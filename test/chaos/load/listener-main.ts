import { createTaskStatusListener, createTaskStatusService, migrate, openPostgres } from '@taskwire/listener';
import { readSettings, redisNames, silentLogger } from '@taskwire/protocol';

/** A listener replica as its own process; reads the same settings as the product, and says when it is ready. */
const settings = readSettings(process.env);
const database = openPostgres({ url: settings.databaseUrl ?? '', applicationName: `chaos-${process.pid}` });
await migrate(database);
const service = createTaskStatusService(database);
await service.maintain();
const listener = createTaskStatusListener({
  redisUrl: settings.redisUrl,
  names: redisNames(settings),
  database,
  service,
  claimIdleMs: settings.claimIdleMs,
  channelHoldMs: settings.channelHoldMs,
  logger: settings.logLevel === 'silent' ? silentLogger : console,
});
process.once('SIGTERM', async () => {
  await listener.stop();
  await database.close();
});
await listener.start();
console.log('ready');
