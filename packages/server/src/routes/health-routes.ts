import type { ListenerMetrics } from '@taskwire/listener';
import type { FastifyInstance } from 'fastify';
import { METRICS, NOT_READY } from '../examples/overview-examples.ts';
import { LivenessSchema, ReadinessSchema } from '../health/health-schemas.ts';
import { type ReadinessSources, readReadiness, withoutDetails } from '../health/readiness.ts';
import { prometheusText } from '../metrics/prometheus-text.ts';

export interface HealthRouteOptions {
  readonly readiness: ReadinessSources;
  /** Null where no listener runs in this process. */
  readonly metrics: (() => ListenerMetrics) | null;
  /** Whether metrics need nobody known. */
  readonly metricsOpen: boolean;
}

/** For orchestrators and those on call. */
export function addHealthRoutes(app: FastifyInstance, options: HealthRouteOptions): void {
  app.route({
    method: 'GET',
    url: '/health/live',
    config: { role: 'public' },
    schema: {
      operationId: 'getLiveness',
      summary: 'Whether this process runs at all',
      description: 'Asks nobody else: a restart of this process mends nothing elsewhere.',
      tags: ['health'],
      response: { 200: LivenessSchema },
    },
    handler: async () => ({ alive: true }),
  });

  app.route({
    method: 'GET',
    url: '/health/ready',
    config: { role: 'public' },
    schema: {
      operationId: 'getReadiness',
      summary: 'How each part is, since when, and what that means',
      description: 'For everybody; details that may name hosts and users are for those who are known.',
      tags: ['health'],
      response: { 200: ReadinessSchema, 503: ReadinessSchema },
      answers: { 503: { description: 'Requests should not come here now.', examples: [NOT_READY] } },
    },
    handler: async (request, reply) => {
      const readiness = await readReadiness(options.readiness);
      const shown = request.actor === null ? withoutDetails(readiness) : readiness;
      return reply.code(readiness.ready ? 200 : 503).send(shown);
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    config: { role: options.metricsOpen ? 'public' : 'viewer' },
    schema: {
      operationId: 'getMetrics',
      summary: 'Metrics in the text format of Prometheus',
      description: 'Of this process alone; ask every replica. May be open to everybody, by a setting.',
      tags: ['health'],
      produces: ['text/plain'],
      response: { 200: { type: 'string', description: 'All figures of this process.', examples: [METRICS] } },
    },
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
