import type { ListenerMetrics } from '@taskwire/listener';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { ReadinessSchema, type ReadinessSources, readReadiness } from '../health/readiness.ts';
import { prometheusText } from '../metrics/prometheus-text.ts';

export interface HealthRouteOptions {
  readonly readiness: ReadinessSources;
  /** Null where no listener runs in this process. */
  readonly metrics: (() => ListenerMetrics) | null;
}

/** For orchestrators and those on call. */
export function addHealthRoutes(app: FastifyInstance, options: HealthRouteOptions): void {
  app.route({
    method: 'GET',
    url: '/health/live',
    schema: {
      summary: 'Whether this process runs at all',
      description: 'Asks nobody else: a restart of this process mends nothing elsewhere.',
      tags: ['health'],
      response: { 200: Type.Object({ alive: Type.Literal(true) }) },
    },
    handler: async () => ({ alive: true }),
  });

  app.route({
    method: 'GET',
    url: '/health/ready',
    schema: {
      summary: 'How each part is, since when, and what that means',
      tags: ['health'],
      response: { 200: ReadinessSchema, 503: ReadinessSchema },
    },
    handler: async (_request, reply) => {
      const readiness = await readReadiness(options.readiness);
      return reply.code(readiness.ready ? 200 : 503).send(readiness);
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    schema: { summary: 'Metrics in the text format of Prometheus', tags: ['health'] },
    handler: async (_request, reply) =>
      reply
        .type('text/plain; version=0.0.4; charset=utf-8')
        .serializer((text: string) => text)
        .send(
          prometheusText({
            listener: options.metrics?.() ?? null,
            residentBytes: process.memoryUsage.rss(),
            parts: (await readReadiness(options.readiness)).parts,
          }),
        ),
  });
}
