import { DEAD_LETTER_REASONS, DEAD_LETTER_STATES, LANES } from '@taskwire/listener';
import Type from 'typebox';
import {
  BULK_ANSWER,
  BULK_BY_FILTER,
  BULK_BY_IDS,
  DEAD_LETTER,
  DEAD_LETTER_PAGE,
  REPLAY,
} from '../examples/dead-letter-examples.ts';
import {
  nullable,
  pageCursor,
  pageLimit,
  TaskChangeSchema,
  taskRequestIdFilter,
  time,
} from './task-schemas.ts';

const reason = Type.Enum([...DEAD_LETTER_REASONS], {
  description: `one of ${DEAD_LETTER_REASONS.join(', ')}`,
});
const lane = Type.Enum([...LANES], { description: `one of ${LANES.join(', ')}` });

export const DeadLetterQuerySchema = Type.Object(
  {
    reason: Type.Optional(reason),
    lane: Type.Optional(lane),
    task_request_id: Type.Optional(taskRequestIdFilter),
    state: Type.Optional(
      Type.Enum([...DEAD_LETTER_STATES], { description: `one of ${DEAD_LETTER_STATES.join(', ')}` }),
    ),
    limit: pageLimit,
    cursor: pageCursor,
  },
  { additionalProperties: false },
);

const id = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'a whole number from 1',
});

export const DeadLetterParamsSchema = Type.Object({ id });

export const DeadLetterSchema = Type.Object(
  {
    id: Type.Integer(),
    lane: Type.Enum([...LANES]),
    reason: Type.Enum([...DEAD_LETTER_REASONS]),
    detail: Type.String({ description: 'what is wrong, with which value' }),
    payload: Type.String({ description: 'as received, or its beginning; untrusted' }),
    payload_truncated: Type.Boolean({ description: 'whether `payload` is only the beginning' }),
    payload_bytes: Type.Number({ description: 'its size as received' }),
    task_request_id: nullable(Type.String()),
    publisher_id: nullable(Type.String()),
    sequence: nullable(Type.Integer()),
    received_at: time,
    replayed_at: nullable(time),
    discarded_at: nullable(time),
  },
  {
    title: 'DeadLetter',
    description: 'What was received, and why it could not be applied.',
    examples: [DEAD_LETTER],
  },
);

export const DeadLetterPageSchema = Type.Object(
  {
    dead_letters: Type.Array(DeadLetterSchema, {
      description: 'newest first, each with the first 2,000 characters of its payload',
    }),
    next_cursor: nullable(Type.String()),
  },
  { title: 'DeadLetterPage', description: 'A page of dead letters.', examples: [DEAD_LETTER_PAGE] },
);

export const ReplaySchema = Type.Object(
  {
    replayed: Type.Boolean({ description: 'false where it had been replayed before' }),
    changes: Type.Array(TaskChangeSchema, { description: 'the tasks that it changed' }),
  },
  { title: 'Replay', description: 'What came of it.', examples: [REPLAY] },
);

export const DiscardSchema = Type.Object(
  {
    discarded: Type.Boolean({ description: 'false where it had been replayed or discarded before' }),
  },
  { title: 'Discard', description: 'What came of it.', examples: [{ discarded: true }] },
);

/** As many a call as one transaction takes without keeping others waiting. */
export const BULK_MAX = 1_000;

export const BulkSchema = Type.Union(
  [
    Type.Object(
      {
        ids: Type.Array(id, {
          minItems: 1,
          maxItems: BULK_MAX,
          description: `an array of 1 to ${BULK_MAX} ids`,
        }),
      },
      { additionalProperties: false, title: 'ByIds' },
    ),
    Type.Object(
      {
        filter: Type.Object(
          {
            reason: Type.Optional(reason),
            lane: Type.Optional(lane),
            task_request_id: Type.Optional(taskRequestIdFilter),
          },
          { additionalProperties: false, description: 'an object: reason, lane, task_request_id' },
        ),
      },
      { additionalProperties: false, title: 'ByFilter' },
    ),
  ],
  {
    title: 'DeadLetterChoice',
    examples: [BULK_BY_IDS, BULK_BY_FILTER],
    exampleNames: ['by ids', 'by filter'],
    description: `an object with ids (1 to ${BULK_MAX}), or with filter (reason, lane, task_request_id)`,
  },
);

export const BulkAnswerSchema = Type.Object(
  {
    done: Type.Integer({ description: 'how many were replayed or discarded now' }),
    unchanged: Type.Integer({ description: 'how many had been before' }),
    failed: Type.Array(
      Type.Object(
        { id: Type.Integer(), code: Type.String(), detail: Type.String() },
        { title: 'FailedDeadLetter' },
      ),
      { description: 'which could not be; they stay open' },
    ),
    remaining: Type.Integer({
      description: 'how many open ones still match the filter, those that failed included; 0 for ids',
    }),
  },
  { title: 'BulkAnswer', description: 'What came of them.', examples: [BULK_ANSWER] },
);
