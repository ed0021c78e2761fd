import { type AuditRepository, type DirectIntake, takeInDirectly } from '@taskwire/listener';
import { TaskwireError } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import { auditSource } from '../audit/audit-source.ts';
import { splitJsonArray } from '../http/split-json-array.ts';
import { EVENTS_MAX, IngestAnswerSchema, IngestSchema } from '../schemas/event-schemas.ts';

/** 1,000 events of 8 KiB. */
const BODY_BYTES_MAX = 8 * 1_048_576;

/**
 * Events over HTTP, for producers that cannot reach Redis. Each is read exactly as on the wire, from the bytes that were
 * sent, so the body is not parsed by Fastify and not checked by its schema.
 */
export async function addIngestRoute(
  app: FastifyInstance,
  intake: DirectIntake,
  audit: Pick<AuditRepository, 'write'>,
): Promise<void> {
  await app.register(async (scope) => {
    scope.removeContentTypeParser('application/json');
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
      async (_request: unknown, body: Buffer) => body,
    );
    scope.route({
      method: 'POST',
      url: '/api/v1/events',
      config: { role: 'operator', problems: ['database_unavailable'] },
      bodyLimit: BODY_BYTES_MAX,
      validatorCompiler: () => (given: unknown) => ({ value: given }),
      schema: {
        operationId: 'ingestEvents',
        summary: 'Hand events in over HTTP',
        description: `One event or an array of at most ${EVENTS_MAX}, version 0 or 1, as on the wire; at most 8 MiB. Answered when they are committed. What cannot be applied is kept as a dead letter and named in the answer. After an answer other than 202 send all of them again: what was committed counts as a duplicate.`,
        tags: ['events'],
        body: IngestSchema,
        response: {
          202: IngestAnswerSchema,
        },
      },
      handler: async (request, reply) => {
        const taken = await takeInDirectly(messagesOf(request.body), intake);
        const count = (outcome: string): number => taken.filter((each) => each.outcome === outcome).length;
        const [accepted, duplicates] = [count('accepted'), count('duplicate')];
        const detail = { accepted, duplicates, dead_lettered: count('dead_lettered') };
        await audit.write(auditSource(request), {
          action: 'ingest',
          target: null,
          task_request_id: null,
          detail,
        });
        return reply.code(202).send({
          accepted,
          duplicates,
          dead_lettered: taken.flatMap((each, index) =>
            each.outcome === 'dead_lettered' ? [{ index, reason: each.reason, detail: each.detail }] : [],
          ),
        });
      },
    });
  });
}

/** @throws TaskwireError `request_invalid` where the body as a whole cannot be read: nothing of it is kept */
function messagesOf(body: unknown): readonly Buffer[] {
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw new TaskwireError(
      'request_invalid',
      'the request: expected an event or an array of events, got nothing',
    );
  }
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new TaskwireError(
      'request_invalid',
      'the request: expected an event or an array of events, got no JSON',
    );
  }
  const messages = splitJsonArray(body) ?? [body];
  if (messages.length > EVENTS_MAX) {
    throw new TaskwireError(
      'request_invalid',
      `the request: expected at most ${EVENTS_MAX} events, got ${messages.length}`,
    );
  }
  return messages;
}
