import { LANES, TASK_SORTS } from '@taskwire/listener';
import { TASK_STATUSES } from '@taskwire/protocol';
import Type from 'typebox';
import {
  CANCELLED,
  NEW_TASK,
  RERUN,
  TASK_PAGE,
  TASK_SUMMARY,
  TASK_WITH_HISTORY,
  WAITING_TASK,
} from '../examples/task-examples.ts';

/** What goes in and out of `/api/v1/tasks`. Descriptions of what goes in are worded to follow "expected". */
const name = (description: string) =>
  Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001f\\u007f]*$', description });

const NAME = 'a text of 1 to 255 characters without control characters';
const ATTEMPTS = 'a whole number from 1 to 100';

/** As much as one page shows. */
const PAGE_LIMIT_MAX = 200;
const PAGE_LIMIT = 50;

export const pageLimit = Type.Integer({
  minimum: 1,
  maximum: PAGE_LIMIT_MAX,
  default: PAGE_LIMIT,
  description: `a whole number from 1 to ${PAGE_LIMIT_MAX}`,
});

export const pageCursor = Type.Optional(
  Type.String({
    maxLength: 1_000,
    description: 'next_cursor of the page before',
  }),
);

export const taskRequestIdFilter = name('a task_request_id');

// Not Type.Record: nothing is asked of its members.
const taskParams = Type.Optional(
  Type.Unsafe<Record<string, unknown>>({ type: 'object', description: 'an object: what the task takes' }),
);

const taskOptions = Type.Optional(
  Type.Object(
    { attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: ATTEMPTS })) },
    { additionalProperties: false, description: `an object: attempts (${ATTEMPTS})` },
  ),
);

export const NewTaskSchema = Type.Object(
  {
    task_name: name(NAME),
    params: taskParams,
    task_request_id: Type.Optional(name(`${NAME}, no colon, not a whole number; a UUID as a rule`)),
    options: taskOptions,
  },
  {
    additionalProperties: false,
    title: 'NewTask',
    description: 'an object with task_name',
    examples: [NEW_TASK],
  },
);

export const RerunSchema = Type.Object(
  { params: taskParams, options: taskOptions },
  {
    additionalProperties: false,
    title: 'Rerun',
    description: 'an object with params and options, or nothing',
    examples: [RERUN],
  },
);

const timeInQuery = Type.Optional(
  Type.String({
    maxLength: 64,
    pattern: '^\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}:\\d{2}',
    description: 'an RFC 3339 date-time, read as UTC where it has no offset',
    examples: ['2026-11-24T00:00:00Z'],
  }),
);

export const TaskQuerySchema = Type.Object(
  {
    status: Type.Optional(
      Type.Array(Type.Enum([...TASK_STATUSES], { description: `one of ${TASK_STATUSES.join(', ')}` }), {
        minItems: 1,
        maxItems: 20,
        description: `some of ${TASK_STATUSES.join(', ')}; repeated or comma-separated`,
      }),
    ),
    task_name: Type.Optional(name(NAME)),
    worker_source: Type.Optional(name(NAME)),
    id_prefix: Type.Optional(name('the beginning of a task_request_id')),
    q: Type.Optional(
      name(
        'a text of 1 to 255 characters without control characters, looked for in the id, the name, the error_type and the first 2,000 characters of the error; case does not matter',
      ),
    ),
    error_type: Type.Optional(name(NAME)),
    conflict: Type.Optional(Type.Boolean({ description: 'true or false' })),
    rerun_of: Type.Optional(name('the id of the task that was run again')),
    created_after: timeInQuery,
    created_before: timeInQuery,
    sort: Type.Enum([...TASK_SORTS], {
      default: '-created_at',
      description: `one of ${TASK_SORTS.join(', ')}`,
    }),
    limit: pageLimit,
    cursor: pageCursor,
  },
  { additionalProperties: false },
);

export const TaskParamsSchema = Type.Object({
  task_request_id: Type.String({ description: 'a task_request_id' }),
});

export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const time = Type.String({ format: 'date-time', description: 'RFC 3339 in UTC with microseconds' });
const anObject = Type.Unsafe<Record<string, unknown>>({ type: 'object' });

const taskRevision = Type.Number({
  description:
    'of two states of a task, of an answer or of a live update, the one with the greater is the newer',
});

const summaryFields = {
  task_request_id: Type.String(),
  task_name: nullable(Type.String()),
  status: Type.Enum([...TASK_STATUSES]),
  attempt: Type.Integer({ description: '1 on the first run; 0 where the producer does not count' }),
  progress: nullable(Type.Number({ description: '0 to 1' })),
  error: nullable(Type.String({ description: 'its first 2,000 characters' })),
  error_type: nullable(Type.String()),
  worker_source: Type.String(),
  created_at: time,
  started_at: nullable(time),
  finished_at: nullable(time),
  last_status_update: time,
  rerun_of: nullable(Type.String()),
  conflict: Type.Boolean({ description: 'workers sent final events that contradict each other' }),
  revision: taskRevision,
};

const taskFields = {
  ...summaryFields,
  params: nullable(anObject),
  result: Type.Unknown(),
  error: nullable(Type.String()),
};

const TaskSummarySchema = Type.Object(summaryFields, {
  title: 'TaskSummary',
  description: 'The task without what may be large.',
  examples: [TASK_SUMMARY],
});

export const TaskSchema = Type.Object(taskFields, {
  title: 'Task',
  description: 'The task, as far as is known.',
  examples: [WAITING_TASK],
});

const TaskLogSchema = Type.Object(
  {
    event_id: Type.String(),
    task_request_id: Type.String(),
    status: Type.Enum([...TASK_STATUSES]),
    attempt: Type.Integer(),
    message: Type.String(),
    task_name: nullable(Type.String()),
    worker_source: Type.String(),
    data: anObject,
    event_time: time,
    received_at: time,
    applied: Type.Boolean({ description: 'whether it changed the task when it came' }),
    progress: nullable(Type.Number()),
    source: nullable(Type.String()),
    lane: Type.Enum([...LANES]),
    publisher_id: nullable(Type.String()),
    sequence: nullable(Type.Integer()),
  },
  { title: 'TaskLog' },
);

export const TaskWithHistorySchema = Type.Object(
  {
    ...taskFields,
    history: Type.Array(TaskLogSchema, { description: 'in the order of their time' }),
    history_complete: Type.Boolean({
      description: 'false: so many events that the oldest progress is left out',
    }),
    reruns: Type.Array(Type.String(), {
      description: 'ids of the tasks that run this one again, oldest first',
    }),
    conflicting: Type.Array(TaskLogSchema, {
      description: 'the final events that contradict each other; empty where there is no conflict',
    }),
  },
  {
    title: 'TaskWithHistory',
    description: 'The task and all that was said of it.',
    examples: [TASK_WITH_HISTORY],
  },
);

export const TaskPageSchema = Type.Object(
  {
    tasks: Type.Array(TaskSummarySchema, {
      description:
        'in the order of `sort`. A page may hold fewer than `limit`, or none, while there are more: what the filter seldom lets through is looked for in bounded steps',
    }),
    next_cursor: nullable(Type.String({ description: 'for the next page; null on the last one' })),
    searched_to: nullable(
      Type.String({
        description:
          'where the page was cut short: created_at of the last task that was looked at; the next page goes on from there',
      }),
    ),
  },
  { title: 'TaskPage', description: 'A page of tasks.', examples: [TASK_PAGE] },
);

export const CancellationSchema = Type.Object(
  {
    outcome: Type.Enum(['cancelled', 'requested', 'already_final'], {
      description:
        'cancelled: it had not begun and will not. requested: its worker is told. already_final: nothing was to be done',
    }),
    detail: Type.String({ description: 'what was done, and what is not promised' }),
    task: TaskSchema,
  },
  { title: 'Cancellation', description: 'What came of it.', examples: [CANCELLED] },
);

export const TaskChangeSchema = Type.Object(
  {
    task_request_id: Type.String(),
    status: Type.String(),
    task_name: nullable(Type.String()),
    attempt: Type.Integer(),
    progress: nullable(Type.Number()),
    last_status_update: time,
    revision: taskRevision,
    transaction: Type.Number({ description: 'which transaction of the database it was' }),
  },
  { title: 'TaskChange' },
);
