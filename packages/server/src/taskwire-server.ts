import {
  type Announce,
  type CommitTracing,
  createAuditRepository,
  createDeadLetterRepository,
  createPublisherRepository,
  createStatsRepository,
  createTaskLogRepository,
  createTaskRequestRepository,
  createTaskStats,
  createWorkerRepository,
  type Database,
  type ListenerHealth,
  type ListenerMetrics,
  type TaskStats,
  type TaskStatusService,
} from '@taskwire/listener';
import {
  createSecretParams,
  type Logger,
  type RedisNames,
  readSettings,
  redisNames,
  SECRET_PARAMS_BY_DEFAULT,
  type SecretParams,
  silentLogger,
} from '@taskwire/protocol';
import type { FastifyPluginAsync } from 'fastify';
import { type Access, createOpenAccess } from './access/access.ts';
import { addReferenceRoutes } from './api-reference/reference-routes.ts';
import { addDashboardRoutes } from './dashboard/dashboard-routes.ts';
import { createDatabaseWatch } from './health/database-watch.ts';
import type { PartReport } from './health/part-watch.ts';
import { useOurWays } from './http/our-ways.ts';
import { useTypeboxSchemas } from './http/request-validation.ts';
import { announceEverywhere } from './live/announce-everywhere.ts';
import { addLiveRoute } from './live/live-route.ts';
import type { LiveUpdates } from './live/live-updates.ts';
import { addAsyncApiRoute } from './routes/asyncapi-route.ts';
import { addAuditRoutes } from './routes/audit-routes.ts';
import { addDeadLetterBulkRoutes } from './routes/dead-letter-bulk-routes.ts';
import { addDeadLetterRoutes } from './routes/dead-letter-routes.ts';
import { addHealthRoutes } from './routes/health-routes.ts';
import { addIngestRoute } from './routes/ingest-route.ts';
import { addOpenApiRoute } from './routes/openapi-route.ts';
import { addOverviewRoutes, type KnownTask } from './routes/overview-routes.ts';
import { addPublisherRoutes } from './routes/publisher-routes.ts';
import { addSessionRoutes } from './routes/session-routes.ts';
import { addStatsSeriesRoute } from './routes/stats-series-route.ts';
import { addTaskActionRoutes } from './routes/task-action-routes.ts';
import { addTaskRoutes } from './routes/task-routes.ts';
import { hideSecrets } from './secrets/hide-secrets.ts';
import { createCancelTask } from './submission/cancel-task.ts';
import { createSubmitTask } from './submission/submit-task.ts';
import type { TaskDispatcher } from './submission/task-dispatcher.ts';

export interface TaskwireServerOptions {
  readonly database: Database;
  readonly service: TaskStatusService;
  readonly dispatcher: TaskDispatcher;
  /** Null where the listener runs elsewhere. */
  readonly listener: { health(): ListenerHealth; metrics(): ListenerMetrics } | null;
  /** Further parts that /health/ready speaks of; while one is down this process is not ready. */
  readonly parts?: readonly (() => PartReport)[];
  /** Serves `/api/v1/events`; it is started and stopped by whoever made it. Default: there are no live updates. */
  readonly live?: LiveUpdates;
  /** What `/asyncapi.json` calls things in Redis. Default: the names without any setting. */
  readonly names?: RedisNames;
  /** Told of what a submission or a replay changed, besides `live`. Default: nobody. */
  readonly announce?: Announce;
  /** What may be submitted. Default: any task. */
  readonly taskNames?: ReadonlySet<string>;
  /** Which parameters are secret. Default: as TASKWIRE_SECRET_PARAMS. */
  readonly secrets?: SecretParams;
  /**
   * Who is let in. Default: everybody, but only under the names of this machine (127.0.0.1, localhost), so that nothing
   * is open by mistake. An application that knows its users brings its own.
   */
  readonly access?: Access;
  /** Of one actor from one address, where a token is needed. Default 6,000; 0: no limit. */
  readonly requestsPerMinute?: number;
  /** Whether `/metrics` needs nobody known. Default false. */
  readonly metricsOpen?: boolean;
  /** Tasks that people are offered before any was submitted. Default: none. */
  readonly knownTasks?: readonly KnownTask[];
  /**
   * Whether the dashboard is served: its page answers every address that no route has and that a browser opens. An
   * application with pages of its own registers us under a prefix. Default: true.
   */
  readonly dashboard?: boolean;
  /** Counts what comes in here; the listener's, or one that is flushed otherwise. Default: not counted. */
  readonly stats?: TaskStats;
  /** The largest event over HTTP. Default 1 MiB. */
  readonly eventBytesMax?: number;
  /** Told of what comes over HTTP and is committed. Default: nobody. */
  readonly tracing?: CommitTracing | null;
  readonly logger?: Logger;
  /** ms since 1970. */
  readonly clock?: () => number;
}

const EVENT_BYTES_MAX = 1_048_576;

/**
 * The API as a Fastify plugin: `app.register(taskwireServer, { database, service, dispatcher, listener })`, under a
 * prefix where wanted. It keeps to itself: its checks, error documents and headers touch no other route.
 */
export const taskwireServer: FastifyPluginAsync<TaskwireServerOptions> = async (app, options) => {
  const { database, service, dispatcher, listener, taskNames } = options;
  const announce = announceEverywhere(options.live, options.announce);
  const clock = options.clock ?? Date.now;
  const stats = options.stats ?? createTaskStats(clock);
  const secrets = options.secrets ?? createSecretParams(SECRET_PARAMS_BY_DEFAULT);
  const hidden = hideSecrets(secrets);
  const tasks = hidden.tasks(createTaskRequestRepository(database));
  const access = options.access ?? createOpenAccess();
  useTypeboxSchemas(app);
  const signInLimit = useOurWays(app, access, options);
  const deadLetters = hidden.deadLetters(createDeadLetterRepository(database));
  const publishers = createPublisherRepository(database);
  await addOpenApiRoute(app);
  const audit = createAuditRepository(database);
  addSessionRoutes(app, { access, signInLimit, audit, logger: options.logger ?? silentLogger });
  addAuditRoutes(app, audit);
  const submit = createSubmitTask({
    service,
    dispatcher,
    announce,
    stats,
    clock,
    secrets,
    ...(taskNames === undefined ? {} : { taskNames }),
  });
  addTaskRoutes(app, { tasks, logs: hidden.logs(createTaskLogRepository(database)), submit });
  const cancel = createCancelTask({ service, dispatcher, announce, stats, clock });
  addTaskActionRoutes(app, { tasks, submit, cancel, audit });
  const { eventBytesMax = EVENT_BYTES_MAX, tracing = null } = options;
  await addIngestRoute(app, { service, stats, announce, eventBytesMax, tracing, clock }, audit);
  addDeadLetterRoutes(app, { deadLetters, service, announce });
  addDeadLetterBulkRoutes(app, { deadLetters, service, announce });
  addPublisherRoutes(app, { publishers });
  addStatsSeriesRoute(app, { stats: createStatsRepository(database), clock });
  addOverviewRoutes(app, {
    tasks,
    workers: createWorkerRepository(database),
    publishers,
    deadLetters,
    listener,
    knownTasks: options.knownTasks ?? [],
    taskNames,
  });
  if (options.live !== undefined) addLiveRoute(app, options.live);
  addHealthRoutes(app, {
    readiness: {
      parts: [createDatabaseWatch(database, clock), dispatcher.health, ...(options.parts ?? [])],
      listener: listener === null ? null : () => listener.health(),
      needs: 'database',
    },
    metrics: listener === null ? null : () => listener.metrics(),
    metricsOpen: options.metricsOpen ?? false,
  });
  addAsyncApiRoute(app, options.names ?? redisNames(readSettings({})));
  await addReferenceRoutes(app);
  if (options.dashboard ?? true) await addDashboardRoutes(app);
};
