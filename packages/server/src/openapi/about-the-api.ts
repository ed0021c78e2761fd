import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { SESSION_COOKIE } from '../access/session-cookie.ts';

/** What the OpenAPI document says of the API as a whole. */
export const ABOUT_THE_API: NonNullable<FastifyDynamicSwaggerOptions['openapi']> = {
  openapi: '3.1.0',
  info: {
    title: 'taskwire',
    version: '1',
    summary: 'Submit tasks, and see what becomes of them.',
    description: [
      'Times are RFC 3339 in UTC with microseconds.',
      'What is not known in a query or a body is refused, not ignored. Readers of answers ignore what they do not know: a later minor release may add members.',
      'Lists are pages: `limit` says how long, `next_cursor` of one page is `cursor` of the next, and null on the last one.',
      'Every error is a problem document (RFC 9457) whose `code` is stable.',
    ].join('\n\n'),
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  // Relative to this document: it also holds under a prefix, and behind a proxy that takes one away.
  servers: [{ url: './', description: 'Where this document came from' }],
  tags: [
    { name: 'tasks', description: 'Submit, find, show, cancel, run again.' },
    { name: 'live', description: 'Changes as they happen, by server-sent events.' },
    { name: 'events', description: 'For producers that cannot reach Redis.' },
    { name: 'dead letters', description: 'Events that could not be applied: look, replay, discard.' },
    { name: 'overview', description: 'Counts, figures over time, workers, publishers.' },
    { name: 'audit', description: 'Who changed what by hand.' },
    { name: 'session', description: 'Sign in with a browser.' },
    { name: 'health', description: 'For orchestrators, monitoring, and those on call.' },
    { name: 'documents', description: 'This description, and that of the Redis side.' },
  ],
  components: {
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description:
          'A viewer or operator token. Where none are set, nobody needs one, and only this machine is answered.',
      },
      session: {
        type: 'apiKey',
        in: 'cookie',
        name: SESSION_COOKIE,
        description: 'What `POST /api/v1/session` sets, for browsers.',
      },
    },
  },
};
