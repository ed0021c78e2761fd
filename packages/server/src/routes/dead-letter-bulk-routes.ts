import type { AuditSource, DeadLetterFilter } from '@taskwire/listener';
import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import { auditSource } from '../audit/audit-source.ts';
import type { TypeboxProvider } from '../http/typebox-provider.ts';
import { BULK_MAX, BulkAnswerSchema, BulkSchema } from '../schemas/dead-letter-schemas.ts';
import { announceChanges, type DeadLetterRouteOptions } from './dead-letter-routes.ts';

/** As many in one transaction: what they lock, others wait for. */
const STEP = 100;

type BulkAnswer = Static<typeof BulkAnswerSchema>;
/** What a step did with some ids. */
type Step = (ids: readonly number[], by: AuditSource) => Promise<Omit<BulkAnswer, 'remaining'>>;

/** Many dead letters at once, by ids or by a filter over the open ones. */
export function addDeadLetterBulkRoutes(plain: FastifyInstance, options: DeadLetterRouteOptions): void {
  const { deadLetters, service, announce } = options;
  const app = plain.withTypeProvider<TypeboxProvider>();

  const replay: Step = async (ids, by) => {
    const { replayed, unchanged, failed, changes } = await service.replayDeadLetters(ids, by);
    await announceChanges(announce, changes);
    return { done: replayed.length, unchanged: unchanged.length, failed: [...failed] };
  };
  const discard: Step = async (ids, by) => {
    const discarded = await service.discardDeadLetters(ids, by);
    return { done: discarded.length, unchanged: ids.length - discarded.length, failed: [] };
  };
  const run = async (wish: Static<typeof BulkSchema>, step: Step, by: AuditSource): Promise<BulkAnswer> => {
    const filter: DeadLetterFilter | null = 'filter' in wish ? { ...wish.filter, state: 'open' } : null;
    const ids = 'ids' in wish ? [...new Set(wish.ids)] : await deadLetters.ids(filter ?? {}, 0, BULK_MAX);
    const all: Omit<BulkAnswer, 'remaining'> = { done: 0, unchanged: 0, failed: [] };
    for (let from = 0; from < ids.length; from += STEP) {
      const { done, unchanged, failed } = await step(ids.slice(from, from + STEP), by);
      all.done += done;
      all.unchanged += unchanged;
      all.failed.push(...failed);
    }
    return { ...all, remaining: filter === null ? 0 : await deadLetters.count(filter) };
  };

  const routes = [
    ['replay', 'replayDeadLetters', replay, 'Apply many dead letters, each once'],
    ['discard', 'discardDeadLetters', discard, 'Mark many dead letters as not wanted'],
  ] as const;
  for (const [name, operationId, step, summary] of routes) {
    app.route({
      method: 'POST',
      url: `/api/v1/dead-letters/${name}`,
      config: { role: 'operator', problems: ['database_unavailable'] },
      schema: {
        operationId,
        summary,
        description: `By their ids, or the oldest open ones that match a filter; at most ${BULK_MAX} a call. In steps: what is done stays done where a later step fails.`,
        tags: ['dead letters'],
        body: BulkSchema,
        response: { 200: BulkAnswerSchema },
      },
      handler: async (request) => run(request.body, step, auditSource(request)),
    });
  }
}
