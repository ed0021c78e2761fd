import { TASK_STATUSES } from '@taskwire/protocol';
import Type from 'typebox';
import { PUBLISHER_PAGE, STATS, STATS_SERIES, TASK_NAMES } from '../examples/overview-examples.ts';
import { nullable, pageCursor, pageLimit, time } from './task-schemas.ts';

export const StatsSchema = Type.Object(
  {
    tasks: Type.Object(Object.fromEntries(TASK_STATUSES.map((status) => [status, Type.Integer()])), {
      description: 'how many tasks are in each status',
    }),
    open_tasks: Type.Integer({ description: 'tasks of which more is expected: PENDING, RUNNING, RETRY' }),
    lag_ms: nullable(
      Type.Number({
        description:
          'age of the oldest event that waits in Redis; null where no listener runs in this process, or Redis is away',
      }),
    ),
    dead_letters_open: Type.Integer({ description: 'neither replayed nor discarded' }),
    workers_alive: Type.Integer({ description: 'heard of in the last 30 s' }),
    open_holes: Type.Integer({ description: 'events that are missing, those on their way included' }),
  },
  { title: 'Stats', description: 'How things stand.', examples: [STATS] },
);

export const TaskNamesSchema = Type.Object(
  {
    task_names: Type.Array(
      Type.Object(
        {
          task_name: Type.String(),
          tasks: Type.Integer({ description: 'how many there are' }),
          runnable: Type.Boolean({ description: 'whether it may be submitted here' }),
          example_params: nullable(
            Type.Unsafe<Record<string, unknown>>({ type: 'object', description: 'parameters that work' }),
          ),
        },
        { title: 'TaskName' },
      ),
      { description: 'by name: those of all tasks, and those that may be submitted' },
    ),
  },
  { title: 'TaskNames', description: 'All names.', examples: [TASK_NAMES] },
);

export const PublisherQuerySchema = Type.Object(
  {
    with_holes: Type.Boolean({ default: false, description: 'true or false' }),
    limit: pageLimit,
    cursor: pageCursor,
  },
  { additionalProperties: false },
);

export const range = Type.Array(Type.Integer(), {
  minItems: 2,
  maxItems: 2,
  description: 'from and to, both inclusive',
});

export const PublisherPageSchema = Type.Object(
  {
    publishers: Type.Array(
      Type.Object(
        {
          publisher_id: Type.String(),
          worker_container: nullable(Type.String()),
          low_water: Type.Integer({ description: 'every sequence from 1 to this is in the database' }),
          highest: Type.Integer({ description: 'the highest sequence that is in the database' }),
          missing: Type.Array(range, { description: 'the first 100 ranges that are not' }),
          missing_count: Type.Integer({ description: 'how many sequences are missing in all' }),
          first_seen_at: time,
          last_seen_at: time,
          closed_at: nullable(time),
          last_sequence: nullable(
            Type.Integer({ description: 'the last one that it gave; null while it is open' }),
          ),
          outbox_depth: nullable(
            Type.Integer({
              description:
                "unacknowledged events in its worker's outbox; null where no living worker speaks of it",
            }),
          ),
        },
        { title: 'Publisher' },
      ),
      { description: 'newest first' },
    ),
    next_cursor: nullable(Type.String()),
  },
  { title: 'PublisherPage', description: 'A page of publishers.', examples: [PUBLISHER_PAGE] },
);

/** A month; that is how long figures are kept. */
const MINUTES_MAX = 31 * 24 * 60;

export const StatsSeriesQuerySchema = Type.Object(
  {
    minutes: Type.Integer({
      minimum: 1,
      maximum: MINUTES_MAX,
      default: 60,
      description: `a whole number from 1 to ${MINUTES_MAX}`,
    }),
    step_s: Type.Integer({
      minimum: 10,
      maximum: 3_600,
      multipleOf: 10,
      default: 60,
      description: 'a multiple of 10 from 10 to 3600',
    }),
  },
  { additionalProperties: false },
);

const percentiles = (description: string) =>
  nullable(Type.Object({ p50: Type.Number(), p95: Type.Number(), p99: Type.Number() }, { description }));

export const StatsSeriesSchema = Type.Object(
  {
    step_s: Type.Integer(),
    from: time,
    to: time,
    points: Type.Array(
      Type.Object(
        {
          at: time,
          events: Type.Integer({ description: 'new in the history' }),
          by_status: Type.Object(Object.fromEntries(TASK_STATUSES.map((status) => [status, Type.Integer()]))),
          failures: Type.Integer({ description: 'FAILURE events' }),
          dead_letters: Type.Integer(),
          commit_latency_ms: percentiles('how long the database took for a batch; right to about a fifth'),
          delivery_latency_ms: percentiles('from the time of an event to its commit; right to about a fifth'),
          run_duration_ms: percentiles('how long runs took that ended; right to about a fifth'),
        },
        { title: 'StatsPoint' },
      ),
      { description: 'oldest first; null where nothing was counted' },
    ),
  },
  { title: 'StatsSeries', description: 'The figures.', examples: [STATS_SERIES] },
);
