import { AUDIT_ACTIONS } from '@taskwire/listener';
import Type from 'typebox';
import { pageCursor, pageLimit } from './task-schemas.ts';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const AuditQuerySchema = Type.Object(
  {
    action: Type.Optional(
      Type.Enum([...AUDIT_ACTIONS], { description: `one of ${AUDIT_ACTIONS.join(', ')}` }),
    ),
    task_request_id: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: '^[^\\u0000-\\u001f\\u007f]*$',
        description: 'a text of 1 to 255 characters without control characters',
      }),
    ),
    limit: pageLimit,
    cursor: pageCursor,
  },
  { additionalProperties: false },
);

export const AuditPageSchema = Type.Object({
  entries: Type.Array(
    Type.Object(
      {
        id: Type.Integer(),
        at: Type.String({ description: 'RFC 3339 in UTC with microseconds' }),
        actor: Type.String({ description: 'the name that was given with the token' }),
        role: Type.String(),
        action: Type.Enum([...AUDIT_ACTIONS]),
        target: nullable(Type.String({ description: 'a task_request_id, or the id of a dead letter' })),
        detail: Type.Unsafe<Record<string, unknown>>({ type: 'object' }),
        remote_address: nullable(Type.String()),
      },
      { title: 'AuditEntry' },
    ),
    { description: 'newest first' },
  ),
  next_cursor: nullable(Type.String()),
});
