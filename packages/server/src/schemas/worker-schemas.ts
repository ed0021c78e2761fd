import Type from 'typebox';
import { WORKERS } from '../examples/overview-examples.ts';
import { nullable, time } from './task-schemas.ts';

export const WorkerListSchema = Type.Object(
  {
    workers: Type.Array(
      Type.Object(
        {
          worker_id: Type.String(),
          worker_container: Type.String(),
          publisher_id: nullable(Type.String()),
          pid: Type.Integer(),
          started_at: time,
          heartbeat_at: time,
          clock_skew_ms: Type.Number({ description: 'its clock minus that of Redis' }),
          running: Type.Array(Type.String(), { description: 'task_request_ids' }),
          outbox_depth: Type.Integer({ description: 'events that the database has not acknowledged' }),
          oldest_unacknowledged_ms: Type.Number(),
          stopped_at: nullable(
            Type.String({ format: 'date-time', description: 'null: it runs, or died without a word' }),
          ),
        },
        { title: 'Worker' },
      ),
      { description: 'newest heartbeat first' },
    ),
  },
  { title: 'WorkerList', description: 'All workers that were heard of lately.', examples: [WORKERS] },
);
