import { randomUUID } from 'node:crypto';
import {
  announceOverRedis,
  beginConnecting,
  createRedisConnection,
  createSilentTaskRepository,
  createStatsFlusher,
  createTaskStats,
  createTaskStatusListener,
  createTaskStatusService,
  endConnection,
  readSignatureCheck,
} from '@taskwire/listener';
import {
  createService,
  type Logger,
  readSettings,
  redisNames,
  type Service,
  type Settings,
} from '@taskwire/protocol';
import {
  createLiveUpdates,
  createTaskDispatcher,
  createTaskQueue,
  createWebServer,
  taskwireServer,
} from '@taskwire/server';
import { accessOf } from '../access/access-of.ts';
import type { CommandInput } from '../command-line/command.ts';
import { openDatabase } from '../database/open-database.ts';
import { createStoreUpkeep } from '../database/store-upkeep.ts';
import { createLogger } from '../process/logger.ts';
import { sayReady } from '../process/ready-message.ts';
import { runUntilTold } from '../process/run-until-told.ts';

/** `taskwire web`: the web container. */
export async function web({ env }: CommandInput): Promise<number> {
  const settings = readSettings(env);
  const logger = createLogger(settings, 'web');
  return runUntilTold(await buildWebProcess(settings, logger), logger);
}

/**
 * Everything in the web process. Started in this order:
 * 1. the HTTP server, so that probes and people get an answer from the first moment, if only that it is not ready;
 * 2. the schema, since the rest would complain of missing tables;
 * 3. live updates, the listener that tells them of its commits, then the dispatcher: whoever hears of tasks runs before those are sent out.
 * Stopped in another: the HTTP server first, so that nothing new comes in, then what sends, then what receives, and
 * what they all use last.
 */
async function buildWebProcess(settings: Settings, logger: Logger): Promise<Service> {
  const names = redisNames(settings);
  const [clock, random] = [Date.now, Math.random];
  const access = accessOf(settings, clock);
  const signatures = readSignatureCheck(settings);
  const database = await openDatabase(settings);
  const service = createTaskStatusService(database, {
    language: settings.language,
    retentionDays: settings.retentionDays,
    partitions: settings.partitions,
    eventBytesMax: settings.eventBytesMax,
    signatures,
    clock,
  });
  const redis = createRedisConnection({ url: settings.redisUrl, role: 'web', logger, random });
  const queue = createTaskQueue({ redis, queue: settings.taskQueue, names });
  const dispatcher = createTaskDispatcher({ service, queue, logger, clock, random });
  const upkeep = createStoreUpkeep({
    database,
    service,
    logger,
    clock,
    random,
    onReady: () => sayReady(server.url()),
  });
  const consumer = randomUUID();
  const live = createLiveUpdates({
    database,
    redisUrl: settings.redisUrl,
    names,
    consumer,
    logger,
    random,
  });
  const stats = createTaskStats(clock);
  // The listener has its own.
  const statsFlusher = settings.listenerEnabled
    ? null
    : createStatsFlusher({ stats, service, logger, random });
  const listener = settings.listenerEnabled
    ? createTaskStatusListener({
        redisUrl: settings.redisUrl,
        names,
        database,
        service,
        consumer,
        announce: live.announce,
        reconciler: {
          silentTasks: createSilentTaskRepository(database),
          queueBackend: queue,
          graceMs: settings.workerLostGraceMs,
        },
        batchEventsMax: settings.batchEventsMax,
        claimIdleMs: settings.claimIdleMs,
        channelHoldMs: settings.channelHoldMs,
        eventBytesMax: settings.eventBytesMax,
        ...(signatures === undefined ? {} : { signatures }),
        stats,
        logger,
      })
    : null;
  const server = createWebServer({
    host: settings.host,
    port: settings.port,
    logger,
    trustedProxies: settings.trustedProxies,
    routes: (app) => {
      app.register(taskwireServer, {
        database,
        service,
        dispatcher,
        listener,
        live,
        announce: announceOverRedis(redis, names, logger),
        stats,
        eventBytesMax: settings.eventBytesMax,
        parts: [upkeep.health],
        access,
        requestsPerMinute: settings.requestsPerMinute,
        metricsOpen: settings.metricsOpen,
        logger,
      });
    },
  });
  return createService({
    onStart: async () => {
      beginConnecting(redis);
      await server.start();
      logger.info({ url: server.url() }, 'web process listens');
      await upkeep.start();
      await live.start();
      await listener?.start();
      await statsFlusher?.start();
      await dispatcher.start();
    },
    onStop: async () => {
      await server.stop();
      await dispatcher.stop();
      await statsFlusher?.stop();
      await listener?.stop();
      await live.stop();
      await upkeep.stop();
      endConnection(redis);
      await database.close();
    },
  });
}
