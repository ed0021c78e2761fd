import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** Describes the routes that are added after it, from the schemas that requests are checked by. */
export async function addOpenApiRoute(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'taskwire',
        version,
        description:
          'Submit tasks, and see what becomes of them. Every error is a problem document (RFC 9457).',
      },
    },
  });
  app.route({
    method: 'GET',
    url: '/openapi.json',
    schema: { hide: true },
    handler: async () => app.swagger(),
  });
}
