import {
  type Announce,
  createDeadLetterRepository,
  createTaskLogRepository,
  createTaskRequestRepository,
  createWorkerRepository,
  type Database,
  type ListenerHealth,
  type ListenerMetrics,
  type TaskStatusService,
} from '@taskwire/listener';
import { type Logger, silentLogger } from '@taskwire/protocol';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { createDatabaseWatch } from './health/database-watch.ts';
import type { PartReport } from './health/part-watch.ts';
import { useTypeboxSchemas } from './http/request-validation.ts';
import { addSecurityHeaders } from './http/security-headers.ts';
import { useProblemReplies } from './problem/problem-replies.ts';
import { addDeadLetterRoutes } from './routes/dead-letter-routes.ts';
import { addHealthRoutes, type HealthRouteOptions } from './routes/health-routes.ts';
import { addOpenApiRoute } from './routes/openapi-route.ts';
import { addOverviewRoutes } from './routes/overview-routes.ts';
import { addTaskRoutes } from './routes/task-routes.ts';
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
  /** Told of what a submission or a replay changed. Default: nobody. */
  readonly announce?: Announce;
  /** What may be submitted. Default: any task. */
  readonly taskNames?: ReadonlySet<string>;
  readonly logger?: Logger;
  /** ms since 1970. */
  readonly clock?: () => number;
}

/**
 * The API as a Fastify plugin: `app.register(taskwireServer, { database, service, dispatcher, listener })`, under a
 * prefix where wanted. It keeps to itself: its checks, error documents and headers touch no other route.
 */
export const taskwireServer: FastifyPluginAsync<TaskwireServerOptions> = async (app, options) => {
  const { database, service, dispatcher, listener, taskNames } = options;
  const announce = options.announce ?? (() => {});
  const clock = options.clock ?? Date.now;
  const tasks = createTaskRequestRepository(database);
  useOurWays(app, options.logger ?? silentLogger);
  await addOpenApiRoute(app, '1');
  addTaskRoutes(app, {
    tasks,
    logs: createTaskLogRepository(database),
    submit: createSubmitTask({
      service,
      dispatcher,
      announce,
      clock,
      ...(taskNames === undefined ? {} : { taskNames }),
    }),
  });
  addDeadLetterRoutes(app, { deadLetters: createDeadLetterRepository(database), service, announce });
  addOverviewRoutes(app, { tasks, workers: createWorkerRepository(database) });
  addHealthRoutes(app, {
    readiness: {
      parts: [createDatabaseWatch(database, clock), dispatcher.health, ...(options.parts ?? [])],
      listener: listener === null ? null : () => listener.health(),
      needs: 'database',
    },
    metrics: listener === null ? null : () => listener.metrics(),
  });
};

/** Health and metrics alone, as a Fastify plugin: for a listener that runs by itself. */
export const taskwireHealth: FastifyPluginAsync<HealthRouteOptions & { readonly logger?: Logger }> = async (
  app,
  options,
) => {
  useOurWays(app, options.logger ?? silentLogger);
  addHealthRoutes(app, options);
};

function useOurWays(app: FastifyInstance, logger: Logger): void {
  // With this gone, a page of another site can send nothing here that is understood without being asked first (CORS).
  app.removeContentTypeParser('text/plain');
  useTypeboxSchemas(app);
  useProblemReplies(app, logger);
  addSecurityHeaders(app);
}
