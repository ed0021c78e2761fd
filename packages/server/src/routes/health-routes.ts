import type { FastifyInstance } from 'fastify';
import { METRICS, NOT_READY } from '../examples/overview-examples.ts';
import { type HealthSources, METRICS_TYPE, metricsText, readinessFor } from '../health/health-answers.ts';
import { LivenessSchema, ReadinessSchema } from '../health/health-schemas.ts';

/** For orchestrators and those on call. */
export function addHealthRoutes(app: FastifyInstance, options: HealthSources): void {
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
      const readiness = await readinessFor(request.actor, options);
      return reply.code(readiness.ready ? 200 : 503).send(readiness);
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
        .type(METRICS_TYPE)
        .serializer((text: string) => text)
        .send(await metricsText(options)),
  });
}
