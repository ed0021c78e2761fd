import { randomUUID } from 'node:crypto';
import {
  type Announce,
  announceOverRedis,
  askInTurn,
  createConnectionPool,
  createSilentTaskRepository,
  createStatsFlusher,
  createTaskStats,
  createTaskStatusListener,
  createTaskStatusService,
  type Database,
  type ListenerSettings,
  openCeleryResults,
  openDatabase,
  openTracing,
  optionsOfSettings,
  type TaskStats,
  type TaskStatusListener,
  type TaskStatusService,
  type Tracing,
  type TracingSettings,
} from '@taskwire/listener';
import {
  createSecretParams,
  createService,
  type Logger,
  type Service,
  type Settings,
  taskQueueName,
} from '@taskwire/protocol';
import type { PartReport } from '../health/part-watch.ts';
import { createLiveUpdates, type LiveUpdates } from '../live/live-updates.ts';
import { createTaskDispatcher, type TaskDispatcher } from '../submission/task-dispatcher.ts';
import { createTaskQueue } from '../submission/task-queue.ts';
import { createStoreUpkeep } from '../upkeep/store-upkeep.ts';

/** The settings that a web process needs, however its HTTP comes in. */
export type WebSettings = ListenerSettings &
  TracingSettings &
  Pick<
    Settings,
    | 'databaseUrl'
    | 'dataDir'
    | 'listenerEnabled'
    | 'taskQueue'
    | 'secretParams'
    | 'workerLostGraceMs'
    | 'celeryResultBackend'
  >;

export interface WebPartsOptions {
  readonly settings: WebSettings;
  readonly logger: Logger;
  /** The schema is up to date for the first time. */
  readonly onSchemaReady?: () => void;
}

/** What a web process is made of, apart from HTTP. */
export interface WebParts extends Service {
  readonly database: Database;
  readonly service: TaskStatusService;
  readonly dispatcher: TaskDispatcher;
  /** Null where it runs elsewhere. */
  readonly listener: TaskStatusListener | null;
  readonly live: LiveUpdates;
  readonly stats: TaskStats;
  /** Null where nothing is traced. */
  readonly tracing: Tracing | null;
  /** Tells the other replicas. */
  readonly announce: Announce;
  schemaHealth(): PartReport;
}

/**
 * The composition root of everything that is a web process. Started in this order:
 * 1. the schema, since the rest would complain of missing tables;
 * 2. live updates, the listener that tells them of its commits, then the dispatcher: whoever hears of tasks runs before
 *    those are sent out.
 * Stopped in another: what sends first, then what receives, and what they all use last. HTTP comes before the one and
 * ends before the other, and is its owner's. The database is open from here on; it is closed by its owner as well.
 */
export async function createWebParts(options: WebPartsOptions): Promise<WebParts> {
  const { settings, logger } = options;
  const [clock, random] = [Date.now, Math.random];
  const given = optionsOfSettings(settings);
  const { redisUrl, redisCaFile, redisNodes, names } = given.listener;
  const servers = { url: redisUrl, caFile: redisCaFile, nodes: redisNodes };
  const tracing = await openTracing(settings, 'taskwire-web', logger);
  const database = await openDatabase(settings);
  const service = createTaskStatusService(database, { ...given.service, clock });
  const pool = createConnectionPool({ ...servers, role: 'web', logger, random });
  const taskQueue = taskQueueName(settings);
  const queue = createTaskQueue({
    connectionTo: pool.to,
    queue: taskQueue,
    names,
    secrets: createSecretParams(settings.secretParams),
  });
  const celery = openCeleryResults({
    url: settings.celeryResultBackend,
    redisCaFile,
    database,
    logger,
    random,
  });
  const dispatcher = createTaskDispatcher({ service, queue, logger, clock, random });
  const upkeep = createStoreUpkeep({
    database,
    service,
    logger,
    clock,
    random,
    ...(options.onSchemaReady === undefined ? {} : { onReady: options.onSchemaReady }),
  });
  const consumer = randomUUID();
  const live = createLiveUpdates({
    database,
    redisUrl,
    redisCaFile,
    redisNodes,
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
        ...given.listener,
        database,
        service,
        consumer,
        announce: live.announce,
        reconciler: {
          silentTasks: createSilentTaskRepository(database),
          queueBackend: celery === null ? queue : askInTurn([queue, celery]),
          graceMs: settings.workerLostGraceMs,
        },
        stats,
        ...(tracing === null ? {} : { tracing }),
        logger,
      })
    : null;
  const lifecycle = createService({
    onStart: async () => {
      pool.begin();
      await upkeep.start();
      await live.start();
      await listener?.start();
      await statsFlusher?.start();
      await dispatcher.start();
    },
    onStop: async () => {
      await dispatcher.stop();
      await statsFlusher?.stop();
      await listener?.stop();
      await celery?.close();
      await live.stop();
      await tracing?.stop();
      await upkeep.stop();
      pool.end();
    },
  });
  return {
    ...lifecycle,
    database,
    service,
    dispatcher,
    listener,
    live,
    stats,
    tracing,
    announce: announceOverRedis(pool.to(names.stream), names, logger),
    schemaHealth: upkeep.health,
  };
}
