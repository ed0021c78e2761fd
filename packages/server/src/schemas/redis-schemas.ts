import Type from 'typebox';
import { WORKERS } from '../examples/overview-examples.ts';
import { TASK_CHANGE } from '../examples/task-examples.ts';
import { range } from './overview-schemas.ts';
import { nullable, TaskChangeSchema, time } from './task-schemas.ts';

/** What is in Redis besides events: the types of `redis-keys.ts` of the protocol, as schemas. */
const sequence = (description: string) => Type.Integer({ minimum: 0, description });

export const PublisherAckSchema = Type.Object(
  {
    low_water: sequence('every sequence from 1 to this is committed'),
    missing: Type.Array(range, {
      description: 'ranges above low_water that are not committed, while something higher is',
    }),
    highest: sequence('the highest committed sequence'),
  },
  {
    title: 'PublisherAck',
    description: 'What the database holds of one publisher.',
    examples: [{ low_water: 39, missing: [[40, 40]], highest: 42 }],
  },
);

export const ChangeAnnouncementSchema = Type.Object(
  {
    consumer: Type.String({ description: 'the replica that committed' }),
    event_ids: Type.Array(Type.String(), {
      description: 'what is in the history now, so that other replicas drop their copies',
    }),
    changes: Type.Array(TaskChangeSchema, { description: 'the rows that changed' }),
  },
  {
    title: 'ChangeAnnouncement',
    description: 'What one commit changed.',
    examples: [
      {
        consumer: '0e7d1f6a-2f0b-4b8e-9a55-1c0a4d6f7b21',
        event_ids: ['019b78ff-f900-7000-8000-000000000001'],
        changes: [TASK_CHANGE],
      },
    ],
  },
);

const [worker] = WORKERS.workers;

export const WorkerHeartbeatSchema = Type.Object(
  {
    worker_id: Type.String(),
    worker_container: Type.String(),
    publisher_id: nullable(Type.String()),
    pid: Type.Integer(),
    started_at: time,
    at_ms: Type.Number({ description: 'when it was written, ms since 1970 by the clock of Redis' }),
    clock_skew_ms: Type.Number({ description: 'its clock minus that of Redis' }),
    running: Type.Array(Type.String(), { description: 'task_request_ids that run now' }),
    outbox_depth: Type.Integer({ description: 'unacknowledged events' }),
    oldest_unacknowledged_ms: Type.Number(),
    stopped: Type.Optional(Type.Boolean({ description: 'the last one of a worker that ended in order' })),
    publishers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            publisher_id: Type.String(),
            last_sequence: sequence('the last one that it has given'),
            closed: Type.Boolean({
              description: 'all up to that is acknowledged and nothing more will come',
            }),
          },
          { title: 'PublisherReport' },
        ),
        { description: "the publishers of this worker's outboxes" },
      ),
    ),
  },
  {
    title: 'WorkerHeartbeat',
    description: 'What a worker says of itself.',
    examples: [
      {
        worker_id: worker?.worker_id,
        worker_container: worker?.worker_container,
        publisher_id: worker?.publisher_id,
        pid: worker?.pid,
        started_at: worker?.started_at,
        at_ms: 1_772_529_301_000,
        clock_skew_ms: 0,
        running: worker?.running,
        outbox_depth: 1,
        oldest_unacknowledged_ms: 12,
        publishers: [{ publisher_id: worker?.publisher_id, last_sequence: 42, closed: false }],
      },
    ],
  },
);
