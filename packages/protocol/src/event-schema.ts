import Type, { type Static } from 'typebox';
import { TASK_REQUEST_ID_LENGTH_MAX, TASK_STATUSES } from './event.ts';

/**
 * The one definition of the event: from it come the TypeScript types, the validator (event-checks.ts, which is
 * generated so that no process has to load and compile this at its start), the JSON Schema file and the AsyncAPI
 * document. Version 0 is the format that producers sent before taskwire existed; version 1 is ours.
 */
const NAME_LENGTH_MAX = 255;

/** No control characters: ids and names reach terminals, logs and addresses. Lengths count code points. */
const printable = (lengthMax: number) =>
  Type.String({
    minLength: 1,
    maxLength: lengthMax,
    pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    description: `a text of 1 to ${lengthMax} characters without control characters`,
  });

export const TaskRequestIdSchema = printable(TASK_REQUEST_ID_LENGTH_MAX);

const uuidV7 = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  description: 'a UUID version 7 (RFC 9562, section 5.7) in lower case',
});

/** Descriptions are worded to follow "expected": a refusal quotes them. */
const sharedFields = {
  task_request_id: TaskRequestIdSchema,
  timestamp: Type.String({
    maxLength: 64,
    description: 'an RFC 3339 date-time, read as UTC where it has no offset',
  }),
  // Not Type.Record: that would look at every key, and there is nothing to find out.
  data: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    description:
      'an object: started_at, cpu_usage, memory_usage, error, error_type, result, execution_time …',
  }),
  worker_container: printable(NAME_LENGTH_MAX),
};

/** As it arrives from a version 0 producer. `schema_version` is absent (or 0). Unknown fields are ignored. */
export const EventV0Schema = Type.Object(
  {
    ...sharedFields,
    status: Type.Enum(['RUNNING', 'SUCCESS', 'FAILURE', 'RETRY'], {
      description: 'one of RUNNING, SUCCESS, FAILURE, RETRY',
    }),
    task_name: Type.Optional(
      Type.Union([printable(NAME_LENGTH_MAX), Type.Null()], {
        description: `a text of 1 to ${NAME_LENGTH_MAX} characters without control characters, or null`,
      }),
    ),
    schema_version: Type.Optional(Type.Literal(0, { description: '0, or absent' })),
  },
  { title: 'Event, version 0', description: 'What producers sent before taskwire existed.' },
);

/** As the notifiers send it. Unknown fields are ignored, so that a later minor version can add some. */
export const EventV1Schema = Type.Object(
  {
    ...sharedFields,
    status: Type.Enum([...TASK_STATUSES], { description: `one of ${TASK_STATUSES.join(', ')}` }),
    task_name: Type.Optional(printable(NAME_LENGTH_MAX)),
    schema_version: Type.Literal(1, { description: '1' }),
    event_id: uuidV7,
    publisher_id: Type.String({
      pattern: '^[0-9a-zA-Z_-]{1,64}$',
      description: '1 to 64 letters, digits, - and _; random, one per outbox life',
    }),
    sequence: Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'a whole number from 1 to 2^53 - 1, without holes within publisher_id',
    }),
    attempt: Type.Integer({
      minimum: 0,
      maximum: 2_147_483_647,
      description:
        'a whole number: 1 on the first run, +1 after each RETRY; 0 where it is unknown and the time decides',
    }),
    progress: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'a number from 0 to 1, in RUNNING events' }),
    ),
    source: Type.Optional(
      Type.Enum(['reconciler'], { description: 'reconciler, or absent where the worker itself speaks' }),
    ),
    // Not checked here: an event is not refused for its trace (traceparent.ts).
    traceparent: Type.Optional(
      Type.Unknown({
        description:
          'a traceparent of W3C Trace Context (section 3.2); anything else is taken for none, and the event counts all the same',
        examples: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
      }),
    ),
    // Not checked here: it is about the text of the event, and only where keys are known (signature/event-signature.ts).
    signature: Type.Optional(
      Type.Unknown({
        description: 'key id, colon, HMAC-SHA-256 in base64url; the last member (vectors/README.md)',
      }),
    ),
  },
  { title: 'Event, version 1', description: 'What the notifiers of taskwire send.' },
);

export type EventV0 = Static<typeof EventV0Schema>;
export type EventV1 = Static<typeof EventV1Schema>;
