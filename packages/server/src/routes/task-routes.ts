import type { TaskLogRepository, TaskRequestRepository } from '@taskwire/listener';
import { isTaskRequestId, parseTimestamp, shown, TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import { ProblemSchema } from '../problem/problem.ts';
import {
  NewTaskSchema,
  TaskPageSchema,
  TaskParamsSchema,
  TaskQuerySchema,
  TaskSchema,
  TaskWithHistorySchema,
} from '../schemas/task-schemas.ts';
import type { SubmitTask } from '../submission/submit-task.ts';

export interface TaskRouteOptions {
  readonly tasks: TaskRequestRepository;
  readonly logs: TaskLogRepository;
  readonly submit: SubmitTask;
}

/** More events than this a task has only when something is wrong with it. */
const HISTORY_MAX = 1_000;

export function addTaskRoutes(plain: FastifyInstance, { tasks, logs, submit }: TaskRouteOptions): void {
  const app = plain.withTypeProvider<TypeboxProvider>();

  app.route({
    method: 'POST',
    url: '/api/v1/tasks',
    schema: {
      summary: 'Submit a task',
      description: 'Answered when the task is in the database; it comes into the queue whatever happens.',
      tags: ['tasks'],
      body: NewTaskSchema,
      response: {
        202: TaskSchema,
        400: ProblemSchema,
        409: ProblemSchema,
        422: ProblemSchema,
        503: ProblemSchema,
      },
    },
    handler: async ({ body }, reply) => {
      const task = await submit({
        task_name: body.task_name,
        params: body.params ?? {},
        attempts_max: body.options?.attempts ?? 1,
        ...(body.task_request_id === undefined ? {} : { task_request_id: body.task_request_id }),
      });
      const location = `/api/v1/tasks/${encodeURIComponent(task.task_request_id)}`;
      return reply.code(202).header('location', location).send(task);
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tasks',
    schema: {
      summary: 'List tasks',
      description: 'Newest first. Tasks that come in while somebody pages appear before the first page.',
      tags: ['tasks'],
      querystring: TaskQuerySchema,
      response: { 200: TaskPageSchema, 400: ProblemSchema, 503: ProblemSchema },
    },
    handler: async ({ query: { limit, cursor, ...filter } }) => {
      const after = cursor === undefined ? null : placeOf(cursor);
      const found = await tasks.list(filter, { limit: limit + 1, after });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        tasks: page,
        next_cursor: last === undefined ? null : encodeCursor([last.created_at, last.task_request_id]),
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tasks/:task_request_id',
    schema: {
      summary: 'Show a task with its history',
      tags: ['tasks'],
      params: TaskParamsSchema,
      response: { 200: TaskWithHistorySchema, 404: ProblemSchema, 503: ProblemSchema },
    },
    handler: async ({ params: { task_request_id: id } }) => {
      // What cannot be an id cannot be asked for either: PostgreSQL refuses NUL.
      const task = isTaskRequestId(id) ? await tasks.get(id) : null;
      if (task === null) throw new TaskwireError('not_found', `There is no task ${shown(id)}`);
      return { ...task, history: await logs.history(id, HISTORY_MAX) };
    },
  });
}

function placeOf(cursor: string) {
  const [created_at = '', task_request_id = ''] = decodeCursor(cursor, 2);
  if (typeof parseTimestamp(created_at) !== 'number' || !isTaskRequestId(task_request_id)) {
    throw new TaskwireError('request_invalid', 'cursor: expected next_cursor of the page before');
  }
  return { created_at, task_request_id };
}
