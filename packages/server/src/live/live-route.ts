import { TASK_STATUSES, TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { EVENT_STREAM } from '../examples/task-examples.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import { decodeLiveCursor } from './live-cursor.ts';
import type { LiveUpdates } from './live-updates.ts';
import { createReader, type LiveFrom } from './reader.ts';

const name = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 255, description }));

const STATUSES = TASK_STATUSES.join(', ');

const LiveQuerySchema = Type.Object(
  {
    task_request_id: name('a task_request_id: only what happens to this task, and how it is now'),
    task_name: name('a task_name'),
    status: Type.Optional(
      Type.Array(Type.Enum([...TASK_STATUSES], { description: `one of ${STATUSES}` }), {
        minItems: 1,
        maxItems: 20,
        description: `some of ${STATUSES}; repeated or comma-separated`,
      }),
    ),
    last_event_id: Type.Optional(
      Type.String({
        maxLength: 4_000,
        description: 'the id of the last event, where the header Last-Event-ID cannot be set',
      }),
    ),
  },
  { additionalProperties: false },
);

/**
 * `GET /api/v1/events`: what changes, as it changes. Readers get states, not steps: of several changes in a moment the
 * last one.
 */
export function addLiveRoute(plain: FastifyInstance, live: LiveUpdates): void {
  const app = plain.withTypeProvider<TypeboxProvider>();
  // A closing server waits for its answers, and these never end by themselves.
  app.addHook('preClose', async () => live.dismiss());
  app.route({
    method: 'GET',
    url: '/api/v1/events',
    exposeHeadRoute: false,
    config: { problems: ['not_acceptable', 'database_unavailable', 'too_many_readers'] },
    schema: {
      operationId: 'followEvents',
      summary: 'Hear of changes as they happen',
      description: [
        'Server-sent events. `change`: the state that a task has now, after its commit; of two states of a task the one',
        'with the greater `revision` is the newer. `reset`: too much happened since the last event, or the',
        'database was restarted or went back: forget what you know and load it anew. With `Last-Event-ID`, to any',
        'replica, comes what was missed; some may come twice.',
        'Readers that do not keep up are disconnected.',
      ].join(' '),
      tags: ['live'],
      produces: ['text/event-stream'],
      querystring: LiveQuerySchema,
      response: {
        200: { type: 'string', description: 'A text/event-stream without end.', examples: [EVENT_STREAM] },
      },
    },
    handler: (request, reply) => {
      refuseOtherTypes(request.headers.accept);
      const { last_event_id, ...filter } = request.query;
      const { raw } = reply;
      const reader = createReader({
        filter,
        from: placeOf(last_event_id ?? request.headers['last-event-id']),
        unsentBytes: () => raw.writableLength,
        drop: () => raw.destroy(),
      });
      live.join(reader);
      reply.headers({
        'content-type': 'text/event-stream',
        // No proxy is to collect, compress or keep it.
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        // A server that stops has told its answers to end, and waits for connections that could bring more requests.
        connection: 'close',
      });
      return reply.send(reader.body);
    },
  });
}

function refuseOtherTypes(accept: string | undefined): void {
  if (accept === undefined || /text\/(event-stream|\*)|\*\/\*/i.test(accept)) return;
  throw new TaskwireError('not_acceptable', 'accept: this address answers with text/event-stream only');
}

function placeOf(cursor: string | readonly string[] | undefined): LiveFrom {
  if (cursor === undefined || cursor === '') return null;
  return (typeof cursor === 'string' ? decodeLiveCursor(cursor) : null) ?? 'unknown';
}
