import type { FastifyPluginAsync } from 'fastify';
import { type Access, createOpenAccess } from './access/access.ts';
import { type OurWaysOptions, useOurWays } from './http/our-ways.ts';
import { addHealthRoutes, type HealthRouteOptions } from './routes/health-routes.ts';

/** Health and metrics alone, as a Fastify plugin: for a listener that runs by itself. */
export const taskwireHealth: FastifyPluginAsync<
  HealthRouteOptions & OurWaysOptions & { readonly access?: Access }
> = async (app, options) => {
  useOurWays(app, options.access ?? createOpenAccess(), options);
  addHealthRoutes(app, options);
};
