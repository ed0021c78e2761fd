import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { mountOf, pathBelow, pathOf } from '../http/mount.ts';
import { pageContentSecurityPolicy } from '../http/security-headers.ts';
import { pageFor } from './page.ts';

/** Beside `src` and `dist`: what `dashboard/` is built into. */
const DASHBOARD_FOLDER = fileURLToPath(new URL('../../dist-dashboard/', import.meta.url));

/** What belongs to the API: an address in there that does not exist, also by what is put behind it, is a 404 and no page, whoever asks. */
const NOT_PAGES = /^\/(api|docs|assets|metrics|openapi\.json|asyncapi\.json)(?![\w-])|^\/health\//;

const NONCE_BYTES = 18;

/**
 * The dashboard: its files, and its page for every other address that a browser opens. Where it was not built there is
 * the API alone.
 */
export async function addDashboardRoutes(app: FastifyInstance, folder = DASHBOARD_FOLDER): Promise<void> {
  const index = path.join(folder, 'index.html');
  if (!existsSync(index)) return;
  const html = readFileSync(index, 'utf8');
  const assets = path.join(folder, 'assets');

  await app.register(fastifyStatic, {
    root: assets,
    serve: false,
    // An application around us may have it already.
    decorateReply: !app.hasReplyDecorator('sendFile'),
  });
  app.route<{ readonly Params: { readonly '*': string } }>({
    method: 'GET',
    url: '/assets/*',
    // Whoever signs in has to see where.
    config: { role: 'public' },
    schema: { hide: true },
    // Their names change with their content.
    handler: ({ params }, reply) => reply.sendFile(params['*'], assets, { maxAge: '1y', immutable: true }),
  });

  const page = (request: FastifyRequest, reply: FastifyReply) => {
    const below = pathBelow(request);
    // Without the slash at its end what the page names would lie beside the prefix.
    if (mountOf(request) === pathOf(request)) return reply.redirect(`${pathOf(request)}/`, 308);
    if (NOT_PAGES.test(below) || !request.headers.accept?.includes('text/html')) {
      throw new TaskwireError('not_found', `There is no ${request.method} ${pathOf(request)} here`);
    }
    const nonce = randomBytes(NONCE_BYTES).toString('base64');
    return reply
      .header('content-security-policy', pageContentSecurityPolicy(nonce))
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .serializer((text: string) => text)
      .send(pageFor(html, below, nonce));
  };
  for (const url of ['/', '/*']) {
    app.route({ method: 'GET', url, config: { role: 'public' }, schema: { hide: true }, handler: page });
  }
}
