import type { TaskRequestRepository, WorkerRepository } from '@taskwire/listener';
import { TASK_STATUSES } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import { ProblemSchema } from '../problem/problem.ts';
import { StatsSchema } from '../schemas/task-schemas.ts';
import { WorkerListSchema } from '../schemas/worker-schemas.ts';

export interface OverviewRouteOptions {
  readonly tasks: Pick<TaskRequestRepository, 'countByStatus'>;
  readonly workers: WorkerRepository;
}

/** The newest; who has more workers than this looks at metrics. */
const WORKERS_MAX = 1_000;

export function addOverviewRoutes(app: FastifyInstance, { tasks, workers }: OverviewRouteOptions): void {
  app.route({
    method: 'GET',
    url: '/api/v1/stats',
    schema: {
      summary: 'Count tasks by status',
      tags: ['overview'],
      response: { 200: StatsSchema, 503: ProblemSchema },
    },
    handler: async () => {
      const counts = await tasks.countByStatus();
      return { tasks: Object.fromEntries(TASK_STATUSES.map((status) => [status, counts[status] ?? 0])) };
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/workers',
    schema: {
      summary: 'List workers by their last heartbeat',
      tags: ['overview'],
      response: { 200: WorkerListSchema, 503: ProblemSchema },
    },
    handler: async () => ({ workers: await workers.list(WORKERS_MAX) }),
  });
}
