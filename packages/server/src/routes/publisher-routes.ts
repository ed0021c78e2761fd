import type { PublisherPlace, PublisherRepository } from '@taskwire/listener';
import { parseTimestamp } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import { decodeCursor, encodeCursor, noCursor } from '../http/cursor.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import { PublisherPageSchema, PublisherQuerySchema } from '../schemas/overview-schemas.ts';

export function addPublisherRoutes(
  plain: FastifyInstance,
  { publishers }: { readonly publishers: Pick<PublisherRepository, 'list'> },
): void {
  plain.withTypeProvider<TypeboxProvider>().route({
    method: 'GET',
    url: '/api/v1/publishers',
    config: { problems: ['database_unavailable'] },
    schema: {
      operationId: 'listPublishers',
      summary: 'List publishers with what is missing of each',
      description:
        'A publisher is one life of the outbox of a worker; its events are numbered without holes, so what is missing shows.',
      tags: ['overview'],
      querystring: PublisherQuerySchema,
      response: { 200: PublisherPageSchema },
    },
    handler: async ({ query: { with_holes, limit, cursor } }) => {
      const after = cursor === undefined ? null : placeOf(cursor);
      const found = await publishers.list({ withHoles: with_holes }, { limit: limit + 1, after });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        publishers: page,
        next_cursor: last === undefined ? null : encodeCursor([last.first_seen_at, last.publisher_id]),
      };
    },
  });
}

const PUBLISHER_ID = /^[0-9a-zA-Z_-]{1,64}$/;

function placeOf(cursor: string): PublisherPlace {
  const [first_seen_at = '', publisher_id = ''] = decodeCursor(cursor, 2);
  if (typeof parseTimestamp(first_seen_at) !== 'number' || !PUBLISHER_ID.test(publisher_id)) throw noCursor();
  return { first_seen_at, publisher_id };
}
