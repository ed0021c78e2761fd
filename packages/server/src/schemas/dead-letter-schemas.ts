import { DEAD_LETTER_REASONS } from '@taskwire/listener';
import Type from 'typebox';
import { pageCursor, pageLimit, TaskChangeSchema } from './task-schemas.ts';

export const DeadLetterQuerySchema = Type.Object(
  {
    reason: Type.Optional(
      Type.Enum([...DEAD_LETTER_REASONS], { description: `one of ${DEAD_LETTER_REASONS.join(', ')}` }),
    ),
    limit: pageLimit,
    cursor: pageCursor,
  },
  { additionalProperties: false },
);

export const DeadLetterParamsSchema = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'a whole number from 1' }),
});

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const DeadLetterSchema = Type.Object(
  {
    id: Type.Integer(),
    lane: Type.String(),
    reason: Type.Enum([...DEAD_LETTER_REASONS]),
    detail: Type.String({ description: 'what is wrong, with which value' }),
    payload: Type.String({ description: 'as received, or its beginning; untrusted' }),
    payload_bytes: Type.Number({ description: 'its size as received' }),
    task_request_id: nullable(Type.String()),
    publisher_id: nullable(Type.String()),
    sequence: nullable(Type.Integer()),
    received_at: Type.String(),
    replayed_at: nullable(Type.String()),
  },
  { title: 'DeadLetter' },
);

export const DeadLetterPageSchema = Type.Object({
  dead_letters: Type.Array(DeadLetterSchema, { description: 'newest first' }),
  next_cursor: nullable(Type.String()),
});

export const ReplaySchema = Type.Object({
  replayed: Type.Boolean({ description: 'false where it had been replayed before' }),
  changes: Type.Array(TaskChangeSchema, { description: 'the tasks that it changed' }),
});
