import type { Announce, DeadLetterRepository, TaskStatusService } from '@taskwire/listener';
import { type TaskChange, TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import { auditSource } from '../audit/audit-source.ts';
import { decodeCursor, encodeCursor, noCursor } from '../http/cursor.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import {
  DeadLetterPageSchema,
  DeadLetterParamsSchema,
  DeadLetterQuerySchema,
  DeadLetterSchema,
  DiscardSchema,
  ReplaySchema,
} from '../schemas/dead-letter-schemas.ts';

export interface DeadLetterRouteOptions {
  readonly deadLetters: DeadLetterRepository;
  readonly service: Pick<TaskStatusService, 'replayDeadLetter' | 'replayDeadLetters' | 'discardDeadLetters'>;
  readonly announce: Announce;
}

/** One dead letter, or a page of them. */
export function addDeadLetterRoutes(plain: FastifyInstance, options: DeadLetterRouteOptions): void {
  const { deadLetters, service, announce } = options;
  const app = plain.withTypeProvider<TypeboxProvider>();

  app.route({
    method: 'GET',
    url: '/api/v1/dead-letters',
    config: { problems: ['database_unavailable'] },
    schema: {
      operationId: 'listDeadLetters',
      summary: 'List events that could not be applied',
      description:
        'Newest first; all filters combine. Nothing in them is to be trusted: they are what somebody sent.',
      tags: ['dead letters'],
      querystring: DeadLetterQuerySchema,
      response: { 200: DeadLetterPageSchema },
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
    method: 'GET',
    url: '/api/v1/dead-letters/:id',
    config: { problems: ['not_found', 'database_unavailable'] },
    schema: {
      operationId: 'getDeadLetter',
      summary: 'Show a dead letter with its whole payload',
      description: 'What was received, and why it could not be applied. Nothing in it is to be trusted.',
      tags: ['dead letters'],
      params: DeadLetterParamsSchema,
      response: { 200: DeadLetterSchema },
    },
    handler: async ({ params: { id } }) => getDeadLetter(deadLetters, id),
  });

  app.route({
    method: 'POST',
    url: '/api/v1/dead-letters/:id/replay',
    config: { role: 'operator', problems: ['not_found', 'event_invalid', 'database_unavailable'] },
    schema: {
      operationId: 'replayDeadLetter',
      summary: 'Apply a dead letter, once',
      description: 'Straight from its table; a second time changes nothing.',
      tags: ['dead letters'],
      params: DeadLetterParamsSchema,
      response: {
        200: ReplaySchema,
      },
    },
    handler: async (request) => {
      const replay = await service.replayDeadLetter(request.params.id, auditSource(request));
      await announceChanges(announce, replay.changes);
      return replay;
    },
  });

  app.route({
    method: 'POST',
    url: '/api/v1/dead-letters/:id/discard',
    config: { role: 'operator', problems: ['not_found', 'database_unavailable'] },
    schema: {
      operationId: 'discardDeadLetter',
      summary: 'Mark a dead letter as not wanted',
      description: 'It stays in its table until the retention, and can be replayed after all.',
      tags: ['dead letters'],
      params: DeadLetterParamsSchema,
      response: { 200: DiscardSchema },
    },
    handler: async (request) => {
      const { id } = request.params;
      const discarded = await service.discardDeadLetters([id], auditSource(request));
      if (discarded.length === 0) await getDeadLetter(deadLetters, id);
      return { discarded: discarded.length > 0 };
    },
  });
}

export async function announceChanges(announce: Announce, changes: readonly TaskChange[]): Promise<void> {
  if (changes.length > 0) await announce({ consumer: 'web', event_ids: [], changes });
}

async function getDeadLetter(deadLetters: DeadLetterRepository, id: number) {
  const letter = await deadLetters.get(id);
  if (letter === null) throw new TaskwireError('not_found', `There is no dead letter ${id}`);
  return letter;
}

function idOf(cursor: string): number {
  const [id = ''] = decodeCursor(cursor, 1);
  if (!/^\d{1,15}$/.test(id)) throw noCursor();
  return Number(id);
}
