import type {
  DeadLetterRepository,
  ListenerHealth,
  ListenerMetrics,
  PublisherRepository,
  TaskRequestRepository,
  WorkerRepository,
} from '@taskwire/listener';
import { isFinal, TASK_STATUSES } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import { reuseAnswer } from '../overview/reuse-answer.ts';
import { StatsSchema, TaskNamesSchema } from '../schemas/overview-schemas.ts';
import { WorkerListSchema } from '../schemas/worker-schemas.ts';

/** A task that may be submitted, with parameters that work. */
export interface KnownTask {
  readonly task_name: string;
  readonly example_params: Readonly<Record<string, unknown>> | null;
}

export interface OverviewRouteOptions {
  readonly tasks: Pick<TaskRequestRepository, 'countByStatus' | 'countByName'>;
  readonly workers: WorkerRepository;
  readonly publishers: Pick<PublisherRepository, 'countHoles'>;
  readonly deadLetters: Pick<DeadLetterRepository, 'count'>;
  readonly listener: { health(): ListenerHealth; metrics(): ListenerMetrics } | null;
  readonly knownTasks: readonly KnownTask[];
  /** Undefined: any. */
  readonly taskNames: ReadonlySet<string> | undefined;
}

/** The newest; who has more workers than this looks at metrics. */
const WORKERS_MAX = 1_000;

export function addOverviewRoutes(app: FastifyInstance, options: OverviewRouteOptions): void {
  const { tasks, workers, publishers, deadLetters, listener } = options;

  // One after the other: together they would take several connections from those who write.
  const counts = reuseAnswer(async () => ({
    byStatus: await tasks.countByStatus(),
    dead_letters_open: await deadLetters.count({ state: 'open' }),
    workers_alive: await workers.countAlive(),
    open_holes: await publishers.countHoles(),
  }));
  app.route({
    method: 'GET',
    url: '/api/v1/stats',
    config: { problems: ['database_unavailable'] },
    schema: {
      operationId: 'getStats',
      summary: 'How things stand: tasks by status, and what waits or is missing',
      description: 'Counts are up to a second old, and older where counting takes long.',
      tags: ['overview'],
      response: { 200: StatsSchema },
    },
    handler: async () => {
      const { byStatus, ...rest } = await counts();
      const open = TASK_STATUSES.filter((status) => !isFinal(status));
      return {
        tasks: Object.fromEntries(TASK_STATUSES.map((status) => [status, byStatus[status] ?? 0])),
        open_tasks: open.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0),
        lag_ms: listener === null ? null : lagOf(listener),
        ...rest,
      };
    },
  });

  const countByName = reuseAnswer(tasks.countByName);
  app.route({
    method: 'GET',
    url: '/api/v1/task-names',
    config: { problems: ['database_unavailable'] },
    schema: {
      operationId: 'listTaskNames',
      summary: 'List the names of tasks',
      description:
        'Of all tasks that there are, and of those that may be submitted here, with parameters that work.',
      tags: ['overview'],
      response: { 200: TaskNamesSchema },
    },
    handler: async () => {
      const seen = await countByName();
      const examples = new Map(options.knownTasks.map((task) => [task.task_name, task.example_params]));
      const names = new Set([...seen.keys(), ...examples.keys(), ...(options.taskNames ?? [])]);
      return {
        task_names: [...names].sort().map((task_name) => ({
          task_name,
          tasks: seen.get(task_name) ?? 0,
          runnable: options.taskNames?.has(task_name) ?? true,
          example_params: examples.get(task_name) ?? null,
        })),
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/workers',
    config: { problems: ['database_unavailable'] },
    schema: {
      operationId: 'listWorkers',
      summary: 'List workers by their last heartbeat',
      description: 'What each runs, and how far its outbox is behind; at most 1,000.',
      tags: ['overview'],
      response: { 200: WorkerListSchema },
    },
    handler: async () => ({ workers: await workers.list(WORKERS_MAX) }),
  });
}

/** The gauge keeps its last value while Redis is away. */
function lagOf(listener: { health(): ListenerHealth; metrics(): ListenerMetrics }): number | null {
  const redis = listener.health().parts.find(({ part }) => part === 'redis');
  return redis?.state === 'ok' ? Math.round(listener.metrics().gauges.stream_oldest_ms) : null;
}
