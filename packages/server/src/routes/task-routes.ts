import type {
  TaskFilter,
  TaskLog,
  TaskLogRepository,
  TaskPlace,
  TaskRequest,
  TaskRequestRepository,
  TaskSort,
  TaskSummary,
} from '@taskwire/listener';
import {
  formatTimestamp,
  isFinal,
  isTaskRequestId,
  parseTimestamp,
  shown,
  TaskwireError,
} from '@taskwire/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import { auditSource } from '../audit/audit-source.ts';
import { decodeCursor, encodeCursor, noCursor } from '../http/cursor.ts';
import { mountOf } from '../http/mount.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import {
  NewTaskSchema,
  TaskPageSchema,
  TaskParamsSchema,
  TaskQuerySchema,
  TaskSchema,
  TaskWithHistorySchema,
} from '../schemas/task-schemas.ts';
import type { SubmitTask } from '../submission/submit-task.ts';
import { wishOf } from '../submission/task-wish.ts';
import { traceOf } from '../submission/trace-of-request.ts';

export interface TaskRouteOptions {
  readonly tasks: TaskRequestRepository;
  readonly logs: TaskLogRepository;
  readonly submit: SubmitTask;
}

/** A task that reports progress for hours has more; its older progress is left out. */
const HISTORY_MAX = 1_000;
const RERUNS_MAX = 100;

export function addTaskRoutes(plain: FastifyInstance, { tasks, logs, submit }: TaskRouteOptions): void {
  const app = plain.withTypeProvider<TypeboxProvider>();

  app.route({
    method: 'POST',
    url: '/api/v1/tasks',
    config: { role: 'operator', problems: ['task_exists', 'task_unknown', 'database_unavailable'] },
    schema: {
      operationId: 'submitTask',
      summary: 'Submit a task',
      description: 'Answered when the task is in the database; it comes into the queue whatever happens.',
      tags: ['tasks'],
      body: NewTaskSchema,
      response: { 202: TaskSchema },
      answers: {
        202: {
          description: 'It is in the database, and on its way into the queue.',
          headers: { Location: 'The address of the task.' },
        },
      },
    },
    handler: async (request, reply) => {
      const task = await submit({ ...wishOf(request.body), ...traceOf(request) }, auditSource(request));
      return reply.code(202).header('location', locationOf(request, task)).send(task);
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tasks',
    config: { problems: ['database_unavailable'] },
    schema: {
      operationId: 'listTasks',
      summary: 'List tasks',
      description:
        'All filters combine. Parameters and results are left out: ask for the task. Pages by creation are stable: tasks that come in meanwhile shift nothing. By last change a task that changes meanwhile may move behind the page or before it.',
      tags: ['tasks'],
      querystring: TaskQuerySchema,
      response: { 200: TaskPageSchema },
    },
    handler: async ({ query }) => {
      const { limit, cursor, sort } = query;
      const after = cursor === undefined ? null : placeOf(cursor, sort);
      const found = await tasks.list(filterOf(query), { limit: limit + 1, sort, after });
      const page = found.tasks.slice(0, limit);
      const last = found.tasks.length > limit ? page.at(-1) : undefined;
      const next = last === undefined ? found.searched_to : placeIn(last, sort);
      return {
        tasks: page,
        next_cursor: next === null ? null : encodeCursor([sort, next.at, next.task_request_id]),
        searched_to: last === undefined && next !== null ? next.at : null,
      };
    },
  });

  app.route({
    method: 'GET',
    url: '/api/v1/tasks/:task_request_id',
    config: { problems: ['not_found', 'database_unavailable'] },
    schema: {
      operationId: 'getTask',
      summary: 'Show a task with its history',
      description: 'Its history holds at most 1,000 events; of more, the oldest progress is left out.',
      tags: ['tasks'],
      params: TaskParamsSchema,
      response: { 200: TaskWithHistorySchema },
    },
    handler: async ({ params: { task_request_id: id } }) => {
      const task = await getTask(tasks, id);
      const [events, reruns] = await Promise.all([
        logs.history(id, HISTORY_MAX + 1),
        tasks.reruns(id, RERUNS_MAX),
      ]);
      return {
        ...task,
        history: events.slice(-HISTORY_MAX),
        history_complete: events.length <= HISTORY_MAX,
        reruns,
        conflicting: task.conflict ? events.filter(isFinalWord) : [],
      };
    },
  });
}

export const locationOf = (
  request: FastifyRequest,
  { task_request_id }: Pick<TaskRequest, 'task_request_id'>,
): string => `${mountOf(request)}/api/v1/tasks/${encodeURIComponent(task_request_id)}`;

/** @throws TaskwireError `not_found` */
export async function getTask(tasks: Pick<TaskRequestRepository, 'get'>, id: string): Promise<TaskRequest> {
  // What cannot be an id cannot be asked for either: PostgreSQL refuses NUL.
  const task = isTaskRequestId(id) ? await tasks.get(id) : null;
  if (task === null) throw new TaskwireError('not_found', `There is no task ${shown(id)}`);
  return task;
}

/** The reconciler only concludes; it contradicts nobody. */
const isFinalWord = ({ status, source }: TaskLog): boolean => isFinal(status) && source === null;

function filterOf(query: Static<typeof TaskQuerySchema>): TaskFilter {
  const { limit, cursor, sort, q, created_after, created_before, ...rest } = query;
  return {
    ...rest,
    ...(q === undefined ? {} : { text: q }),
    ...timeOf('created_after', created_after),
    ...timeOf('created_before', created_before),
  };
}

function timeOf(name: 'created_after' | 'created_before', text: string | undefined): TaskFilter {
  if (text === undefined) return {};
  const us = parseTimestamp(text);
  if (typeof us === 'number') return { [name]: formatTimestamp(us) };
  throw new TaskwireError(
    'request_invalid',
    `${name}: expected an RFC 3339 date-time from 1970 to 2254, got ${shown(text)}`,
  );
}

const placeIn = (task: TaskSummary, sort: TaskSort): TaskPlace => ({
  at: sort.endsWith('created_at') ? task.created_at : task.last_status_update,
  task_request_id: task.task_request_id,
});

function placeOf(cursor: string, sort: TaskSort): TaskPlace {
  const [sortedBy, at = '', task_request_id = ''] = decodeCursor(cursor, 3);
  if (typeof parseTimestamp(at) !== 'number' || !isTaskRequestId(task_request_id)) throw noCursor();
  if (sortedBy !== sort) {
    throw new TaskwireError('request_invalid', `cursor: it belongs to another order than ${sort}`);
  }
  return { at, task_request_id };
}
