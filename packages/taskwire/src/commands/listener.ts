import {
  createSilentTaskRepository,
  createTaskStatusListener,
  createTaskStatusService,
  openCeleryResults,
  openDatabase,
  openTracing,
  optionsOfSettings,
} from '@taskwire/listener';
import { createService, type Logger, readSettings, type Service, type Settings } from '@taskwire/protocol';
import { createDatabaseWatch, createHealthServer, createStoreUpkeep } from '@taskwire/server/health';
import { accessOf } from '../access/access-of.ts';
import type { CommandInput } from '../command-line/command.ts';
import { keepHeapSmall } from '../process/keep-heap-small.ts';
import { createLogger } from '../process/logger.ts';
import { sayReady } from '../process/ready-message.ts';
import { runUntilTold } from '../process/run-until-told.ts';

/** `taskwire listener`: for a web container that is not ours, beside which it keeps the database up to date. */
export async function listener({ env }: CommandInput): Promise<number> {
  const settings = readSettings(env);
  const logger = createLogger(settings, 'listener');
  keepHeapSmall();
  return runUntilTold(await buildListenerProcess(settings, logger), logger);
}

/**
 * Health first, so that probes get an answer; then the schema, then the listener. Stopped in reverse: probes are
 * answered until the last event in hand is committed.
 */
async function buildListenerProcess(settings: Settings, logger: Logger): Promise<Service> {
  const [clock, random] = [Date.now, Math.random];
  const access = accessOf(settings, clock);
  const options = optionsOfSettings(settings);
  const tracing = await openTracing(settings, 'taskwire-listener', logger);
  const database = await openDatabase(settings);
  const service = createTaskStatusService(database, { ...options.service, clock });
  const celery = openCeleryResults({
    url: settings.celeryResultBackend,
    redisCaFile: settings.redisCaFile,
    database,
    logger,
    random,
  });
  const taskStatusListener = createTaskStatusListener({
    ...options.listener,
    database,
    service,
    // Of the queue that the tasks come from nothing is known here but what Celery keeps.
    reconciler: {
      silentTasks: createSilentTaskRepository(database),
      ...(celery === null ? {} : { queueBackend: celery }),
      graceMs: settings.workerLostGraceMs,
    },
    ...(tracing === null ? {} : { tracing }),
    logger,
  });
  const upkeep = createStoreUpkeep({
    database,
    service,
    logger,
    clock,
    random,
    onReady: () => sayReady(server.url()),
  });
  const server = createHealthServer({
    host: settings.host,
    port: settings.port,
    logger,
    trustedProxies: settings.trustedProxies,
    readiness: {
      parts: [createDatabaseWatch(database, clock), upkeep.health],
      listener: taskStatusListener.health,
      needs: 'everything',
    },
    metrics: taskStatusListener.metrics,
    metricsOpen: settings.metricsOpen,
    access,
    requestsPerMinute: settings.requestsPerMinute,
  });
  return createService({
    onStart: async () => {
      await server.start();
      logger.info({ url: server.url() }, 'listener answers for its health');
      await upkeep.start();
      await taskStatusListener.start();
    },
    onStop: async () => {
      await taskStatusListener.stop();
      await tracing?.stop();
      await celery?.close();
      await upkeep.stop();
      await server.stop();
      await database.close();
    },
  });
}
