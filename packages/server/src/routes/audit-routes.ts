import type { AuditRepository } from '@taskwire/listener';
import type { FastifyInstance } from 'fastify';
import { decodeCursor, encodeCursor, noCursor } from '../http/cursor.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import { AuditPageSchema, AuditQuerySchema } from '../schemas/audit-schemas.ts';

export function addAuditRoutes(plain: FastifyInstance, audit: Pick<AuditRepository, 'list'>): void {
  const app = plain.withTypeProvider<TypeboxProvider>();

  app.route({
    method: 'GET',
    url: '/api/v1/audit',
    config: { problems: ['database_unavailable'] },
    schema: {
      operationId: 'listAuditEntries',
      summary: 'Who changed what by hand, from where',
      description: 'Newest first. It holds no parameters, tokens or payloads.',
      tags: ['audit'],
      querystring: AuditQuerySchema,
      response: { 200: AuditPageSchema },
    },
    handler: async ({ query: { limit, cursor, ...filter } }) => {
      const before = cursor === undefined ? null : idOf(cursor);
      const found = await audit.list(filter, { limit: limit + 1, before });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return { entries: page, next_cursor: last === undefined ? null : encodeCursor([String(last.id)]) };
    },
  });
}

function idOf(cursor: string): number {
  const [id = ''] = decodeCursor(cursor, 1);
  if (!/^\d{1,15}$/.test(id)) throw noCursor();
  return Number(id);
}
