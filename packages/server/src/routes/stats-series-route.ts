import { percentilesOf, type StatsPoint, type StatsRepository } from '@taskwire/listener';
import { formatTimestamp, TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import { StatsSeriesQuerySchema, StatsSeriesSchema } from '../schemas/overview-schemas.ts';

export interface StatsSeriesRouteOptions {
  readonly stats: StatsRepository;
  /** ms since 1970. */
  readonly clock: () => number;
}

/** More than a chart can show. */
const POINTS_MAX = 1_000;
/** Narrow figures are kept for a day; beyond that only steps of whole wide ones can be answered. */
const NARROW_MINUTES_MAX = 24 * 60;
const WIDE_STEP_S = 300;

export function addStatsSeriesRoute(plain: FastifyInstance, options: StatsSeriesRouteOptions): void {
  plain.withTypeProvider<TypeboxProvider>().route({
    method: 'GET',
    url: '/api/v1/stats/series',
    config: { problems: ['database_unavailable'] },
    schema: {
      operationId: 'getStatsSeries',
      summary: 'Figures over time, of all replicas together',
      description: `One point a step, the last one still growing; figures are up to 5 s behind. Beyond a day steps are multiples of ${WIDE_STEP_S} s; at most ${POINTS_MAX} points. A process that is killed takes its last seconds of figures with it; no event is lost by that.`,
      tags: ['overview'],
      querystring: StatsSeriesQuerySchema,
      response: { 200: StatsSeriesSchema },
    },
    handler: async ({ query: { minutes, step_s } }) => {
      refuseTooMuch(minutes, step_s);
      const stepMs = step_s * 1000;
      const to_ms = (Math.floor(options.clock() / stepMs) + 1) * stepMs;
      const from_ms = to_ms - Math.ceil((minutes * 60) / step_s) * stepMs;
      const points = await options.stats.series({ from_ms, to_ms, step_s });
      return {
        step_s,
        from: formatTimestamp(from_ms * 1000),
        to: formatTimestamp(to_ms * 1000),
        points: points.map(shownPoint),
      };
    },
  });
}

function refuseTooMuch(minutes: number, step_s: number): void {
  if ((minutes * 60) / step_s > POINTS_MAX) {
    throw new TaskwireError(
      'request_invalid',
      `step_s: expected at least ${Math.ceil((minutes * 60) / POINTS_MAX)} for ${minutes} minutes, got ${step_s}`,
    );
  }
  if (minutes > NARROW_MINUTES_MAX && step_s % WIDE_STEP_S !== 0) {
    throw new TaskwireError(
      'request_invalid',
      `step_s: expected a multiple of ${WIDE_STEP_S} for more than a day, got ${step_s}`,
    );
  }
}

const shownPoint = (point: StatsPoint) => ({
  at: formatTimestamp(point.at_ms * 1000),
  events: Object.values(point.by_status).reduce((sum, count) => sum + count, 0),
  by_status: point.by_status,
  failures: point.by_status.FAILURE,
  dead_letters: point.dead_letters,
  commit_latency_ms: percentilesOf(point.commit_latency),
  delivery_latency_ms: percentilesOf(point.delivery_latency),
  run_duration_ms: percentilesOf(point.run_duration),
});
