import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import Type from 'typebox';
import { ABOUT_THE_API } from '../openapi/about-the-api.ts';
import { describeRoute } from '../openapi/describe-route.ts';
import { finishDocument } from '../openapi/finish-document.ts';

const OpenApiDocumentSchema = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  required: ['openapi', 'info', 'paths'],
  description: 'An OpenAPI 3.1 document.',
  examples: [{ openapi: '3.1.0', info: { title: 'taskwire', version: '1' }, paths: {} }],
});

/** Describes the routes that are added after it, from the schemas that requests are checked by. */
export async function addOpenApiRoute(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: ABOUT_THE_API,
    // Servers are relative, which this would not understand; paths are cut below.
    stripBasePath: false,
    convertConstToEnum: false,
    transform: ({ schema = {}, url, route }) => {
      // Below the prefix of the plugin, which is where `servers` points to.
      return { schema: describeRoute(route, schema as FastifySchema), url: url.slice(app.prefix.length) };
    },
    transformObject: (documents) =>
      'openapiObject' in documents ? finishDocument(documents.openapiObject) : {},
  });
  app.route({
    method: 'GET',
    url: '/openapi.json',
    schema: {
      operationId: 'getOpenApiDocument',
      summary: 'This description of the API',
      description:
        'Made from the schemas that requests are checked by. The same is in the repository as docs/openapi.json.',
      tags: ['documents'],
      response: { 200: OpenApiDocumentSchema },
    },
    handler: async () => app.swagger(),
  });
}
