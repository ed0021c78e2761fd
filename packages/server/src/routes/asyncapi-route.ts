import type { RedisNames } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { asyncApiDocument } from '../asyncapi/asyncapi-document.ts';

const AsyncApiDocumentSchema = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  required: ['asyncapi', 'info', 'channels'],
  description: 'An AsyncAPI 3 document.',
  examples: [{ asyncapi: '3.0.0', info: { title: 'taskwire, the Redis side', version: '1' }, channels: {} }],
});

export function addAsyncApiRoute(app: FastifyInstance, names: RedisNames): void {
  const document = asyncApiDocument(names);
  app.route({
    method: 'GET',
    url: '/asyncapi.json',
    schema: {
      operationId: 'getAsyncApiDocument',
      summary: 'What is said over Redis',
      description:
        'For producers and tools in other languages, under the names of this deployment. With the default names it is in the repository as docs/asyncapi.json.',
      tags: ['documents'],
      response: { 200: AsyncApiDocumentSchema },
    },
    handler: async () => document,
  });
}
