import type { Announce, DeadLetterRepository, TaskStatusService } from '@taskwire/listener';
import { TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import { ProblemSchema } from '../problem/problem.ts';
import {
  DeadLetterPageSchema,
  DeadLetterParamsSchema,
  DeadLetterQuerySchema,
  ReplaySchema,
} from '../schemas/dead-letter-schemas.ts';

export interface DeadLetterRouteOptions {
  readonly deadLetters: DeadLetterRepository;
  readonly service: Pick<TaskStatusService, 'replayDeadLetter'>;
  readonly announce: Announce;
}

export function addDeadLetterRoutes(plain: FastifyInstance, options: DeadLetterRouteOptions): void {
  const { deadLetters, service, announce } = options;
  const app = plain.withTypeProvider<TypeboxProvider>();

  app.route({
    method: 'GET',
    url: '/api/v1/dead-letters',
    schema: {
      summary: 'List events that could not be applied',
      tags: ['dead letters'],
      querystring: DeadLetterQuerySchema,
      response: { 200: DeadLetterPageSchema, 400: ProblemSchema, 503: ProblemSchema },
    },
    handler: async ({ query: { limit, cursor, ...filter } }) => {
      const before = cursor === undefined ? null : idOf(cursor);
      const found = await deadLetters.list(filter, { limit: limit + 1, before });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        dead_letters: page,
        next_cursor: last === undefined ? null : encodeCursor([String(last.id)]),
      };
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/dead-letters/:id/replay',
    schema: {
      summary: 'Apply a dead letter, once',
      description: 'Straight from its table; a second time changes nothing.',
      tags: ['dead letters'],
      params: DeadLetterParamsSchema,
      response: { 200: ReplaySchema, 404: ProblemSchema, 422: ProblemSchema, 503: ProblemSchema },
    },
    handler: async ({ params: { id } }) => {
      const replay = await service.replayDeadLetter(id);
      if (replay.changes.length > 0) {
        await announce({ consumer: 'web', event_ids: [], changes: replay.changes });
      }
      return replay;
    },
  });
}

function idOf(cursor: string): number {
  const [id = ''] = decodeCursor(cursor, 1);
  if (!/^\d{1,15}$/.test(id)) {
    throw new TaskwireError('request_invalid', 'cursor: expected next_cursor of the page before');
  }
  return Number(id);
}
