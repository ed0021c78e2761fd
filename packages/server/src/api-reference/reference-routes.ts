import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../http/mount.ts';
import { pageContentSecurityPolicy } from '../http/security-headers.ts';

/** Beside `src` and `dist`: what goes to the browser as it is. */
const OURS = fileURLToPath(new URL('../../api-reference/', import.meta.url));
const SWAGGER_UI = path.dirname(
  fileURLToPath(import.meta.resolve('@fastify/swagger-ui/static/swagger-ui.css')),
);

/** What the page consists of, and where it lies. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['', OURS],
  ['color-scheme.js', OURS],
  ['reference.js', OURS],
  ['reference.css', OURS],
  ['swagger-ui.css', SWAGGER_UI],
  ['swagger-ui-bundle.js', SWAGGER_UI],
]);

/**
 * `/docs/`: the API to be read and tried in a browser. The page is public, the document that it shows is not: whoever is
 * not known signs in there.
 */
export async function addReferenceRoutes(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: OURS,
    serve: false,
    // An application around us may have it already.
    decorateReply: !app.hasReplyDecorator('sendFile'),
  });
  const handler = (request: FastifyRequest<{ Params: { readonly '*'?: string } }>, reply: FastifyReply) => {
    const name = request.params['*'] ?? '';
    // Without the slash at its end what the page names would lie beside it.
    if (name === '' && !pathOf(request).endsWith('/')) return reply.redirect(`${pathOf(request)}/`, 308);
    const folder = FILES.get(name);
    if (folder === undefined) {
      throw new TaskwireError('not_found', `There is no ${request.method} ${pathOf(request)} here`);
    }
    reply.header('content-security-policy', pageContentSecurityPolicy());
    return reply.sendFile(name === '' ? 'index.html' : name, folder);
  };
  for (const url of ['/docs', '/docs/*']) {
    app.route({ method: 'GET', url, config: { role: 'public' }, schema: { hide: true }, handler });
  }
}
