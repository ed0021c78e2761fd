import { AUDIT_ACTIONS } from '@taskwire/listener';
import Type from 'typebox';
import { AUDIT_PAGE } from '../examples/overview-examples.ts';
import { nullable, pageCursor, pageLimit, taskRequestIdFilter, time } from './task-schemas.ts';

export const AuditQuerySchema = Type.Object(
  {
    action: Type.Optional(
      Type.Enum([...AUDIT_ACTIONS], { description: `one of ${AUDIT_ACTIONS.join(', ')}` }),
    ),
    task_request_id: Type.Optional(taskRequestIdFilter),
    limit: pageLimit,
    cursor: pageCursor,
  },
  { additionalProperties: false },
);

export const AuditPageSchema = Type.Object(
  {
    entries: Type.Array(
      Type.Object(
        {
          id: Type.Integer(),
          at: time,
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
  },
  { title: 'AuditPage', description: 'A page of the log.', examples: [AUDIT_PAGE] },
);
