import Type from 'typebox';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const WorkerListSchema = Type.Object({
  workers: Type.Array(
    Type.Object(
      {
        worker_id: Type.String(),
        worker_container: Type.String(),
        publisher_id: nullable(Type.String()),
        pid: Type.Integer(),
        started_at: Type.String(),
        heartbeat_at: Type.String(),
        clock_skew_ms: Type.Number({ description: 'its clock minus that of Redis' }),
        running: Type.Array(Type.String(), { description: 'task_request_ids' }),
        outbox_depth: Type.Integer({ description: 'events that the database has not acknowledged' }),
        oldest_unacknowledged_ms: Type.Number(),
        stopped_at: nullable(Type.String({ description: 'null: it runs, or died without a word' })),
      },
      { title: 'Worker' },
    ),
    { description: 'newest heartbeat first' },
  ),
});
