import { type Logger, silentLogger } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import type { Access } from '../access/access.ts';
import { type SignInLimit, useAccess } from '../access/use-access.ts';
import { useProblemReplies } from '../problem/problem-replies.ts';
import { addSecurityHeaders } from './security-headers.ts';

export interface OurWaysOptions {
  /** Of one actor from one address, where a token is needed. Default 6,000; 0: no limit. */
  readonly requestsPerMinute?: number;
  readonly logger?: Logger;
}

/** A hundred a second: more than a dashboard with many pages open. */
const REQUESTS_PER_MINUTE = 6_000;

/** What all our routes share: error documents, headers, who is let in, and answers that go out as they are. */
export function useOurWays(app: FastifyInstance, access: Access, options: OurWaysOptions): SignInLimit {
  // With this gone, a page of another site can send nothing here that is understood without being asked first (CORS).
  app.removeContentTypeParser('text/plain');
  // Schemas of answers are documentation; what the store returns goes out as it is.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  useProblemReplies(app, options.logger ?? silentLogger);
  addSecurityHeaders(app);
  return useAccess(app, access, {
    requestsPerMinute: options.requestsPerMinute ?? REQUESTS_PER_MINUTE,
  });
}
