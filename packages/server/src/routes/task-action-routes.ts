import type { AuditRepository, TaskRequestRepository } from '@taskwire/listener';
import type { FastifyInstance } from 'fastify';
import { auditSource } from '../audit/audit-source.ts';
import { ALREADY_FINAL } from '../examples/task-examples.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import { CancellationSchema, RerunSchema, TaskParamsSchema, TaskSchema } from '../schemas/task-schemas.ts';
import type { CancelTask } from '../submission/cancel-task.ts';
import { rerunTask } from '../submission/rerun-task.ts';
import type { SubmitTask } from '../submission/submit-task.ts';
import { traceOf } from '../submission/trace-of-request.ts';
import { getTask, locationOf } from './task-routes.ts';

export interface TaskActionRouteOptions {
  readonly tasks: Pick<TaskRequestRepository, 'get'>;
  readonly submit: SubmitTask;
  readonly cancel: CancelTask;
  readonly audit: Pick<AuditRepository, 'write'>;
}

/** What can be done with a task that is there. */
export function addTaskActionRoutes(plain: FastifyInstance, options: TaskActionRouteOptions): void {
  const { tasks, submit, cancel, audit } = options;
  const app = plain.withTypeProvider<TypeboxProvider>();

  app.route({
    method: 'POST',
    url: '/api/v1/tasks/:task_request_id/cancel',
    config: { role: 'operator', problems: ['not_found', 'database_unavailable', 'redis_unavailable'] },
    schema: {
      operationId: 'cancelTask',
      summary: 'Cancel a task, as well as that is possible',
      description:
        'A task that no worker has begun is taken out of the queue and is CANCELLED. A worker that runs it is told through Redis; it may stop or go on, and its own last word counts. Nothing is promised of workers that do not know of cancellation.',
      tags: ['tasks'],
      params: TaskParamsSchema,
      response: { 200: CancellationSchema, 202: CancellationSchema },
      answers: {
        200: { description: 'There was nothing to cancel any more.', examples: [ALREADY_FINAL] },
        202: { description: 'What could be done is done.' },
      },
    },
    handler: async (request, reply) => {
      const { task_request_id: id } = request.params;
      const task = await getTask(tasks, id);
      const { outcome, detail } = await cancel(task);
      const entry = { action: 'cancel', target: id, task_request_id: id, detail: { outcome } } as const;
      await audit.write(auditSource(request), entry);
      reply.code(outcome === 'already_final' ? 200 : 202);
      return { outcome, detail, task: (await tasks.get(id)) ?? task };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/tasks/:task_request_id/rerun',
    config: { role: 'operator', problems: ['not_found', 'task_unknown', 'database_unavailable'] },
    schema: {
      operationId: 'rerunTask',
      summary: 'Run a task again',
      description: 'A new task, which names this one; this one stays as it is.',
      tags: ['tasks'],
      params: TaskParamsSchema,
      body: RerunSchema,
      response: { 202: TaskSchema },
      answers: {
        202: {
          description: 'It is in the database, and on its way into the queue.',
          headers: { Location: 'The address of the task.' },
        },
      },
    },
    handler: async (request, reply) => {
      const { params, options } = request.body;
      const wish = { attempts_max: options?.attempts ?? 1, ...(params === undefined ? {} : { params }) };
      const old = await getTask(tasks, request.params.task_request_id);
      const task = await rerunTask(old, wish, (again) =>
        submit({ ...again, ...traceOf(request) }, auditSource(request)),
      );
      return reply.code(202).header('location', locationOf(request, task)).send(task);
    },
  });
}
