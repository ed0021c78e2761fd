import type { FastifyRequest } from 'fastify';

/** What was asked for, as whoever asked sees it. The query may hold what is nobody's business. */
export const pathOf = ({ originalUrl }: Pick<FastifyRequest, 'originalUrl'>): string =>
  withoutQuery(originalUrl);

/** The same from where the routes of the plugin begin: `/tasks` of `/taskwire/tasks`. */
export const pathBelow = (request: Pick<FastifyRequest, 'url' | 'server'>): string =>
  withoutQuery(request.url).slice(request.server.prefix.length);

/**
 * Where the routes of the plugin begin, as whoever asks sees it: the prefix of the plugin, after what a framework around
 * us has taken off the address, as Express does.
 */
export function mountOf(request: Pick<FastifyRequest, 'originalUrl' | 'url' | 'server'>): string {
  const [whole, below] = [pathOf(request), pathBelow(request)];
  return whole.endsWith(below) ? whole.slice(0, whole.length - below.length) : whole;
}

const withoutQuery = (url: string): string => url.split('?', 1)[0] ?? '';
