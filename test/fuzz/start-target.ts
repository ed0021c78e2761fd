import { randomBytes } from 'node:crypto';
import { openPostgres } from '@taskwire/listener';
import { type Logger, silentLogger } from '@taskwire/protocol';
import { freshDatabaseUrl, isolatedRedisNames, sharedRedisUrl } from '@taskwire/test-harness';
import { createTokenAccess, readAccessTokens } from '../../packages/server/src/health.ts';
import { startApi } from '../../packages/server/test/start-api.ts';
import type { Credentials } from './draw-request.ts';
import { furnishTarget } from './furnish-target.ts';

/** A whole API on a real database and Redis, with something in it, which keeps what it logs as error. */
export interface FuzzTarget extends AsyncDisposable {
  readonly origin: string;
  readonly credentials: Credentials;
  readonly loggedErrors: readonly string[];
  /** Whether it answers, and is ready. */
  isWell(): Promise<boolean>;
}

export async function startTarget(): Promise<FuzzTarget> {
  const [operator, viewer] = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')];
  const loggedErrors: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    error: (fields, message) => void loggedErrors.push(`${message} ${JSON.stringify(fields)}`),
  };
  const database = openPostgres({ url: await freshDatabaseUrl() });
  const api = await startApi({
    database,
    redisUrl: await sharedRedisUrl(),
    names: isolatedRedisNames(),
    logger,
    // Every request says that it comes from somewhere else: what is counted by address counts as it does for many people.
    trustedProxies: ['127.0.0.1'],
    token: operator,
    access: createTokenAccess({
      tokens: readAccessTokens({
        operatorTokens: [`olga:${operator}`],
        operatorTokensFile: undefined,
        viewerTokens: [`victor:${viewer}`],
        viewerTokensFile: undefined,
      }),
      sessionMs: 3_600_000,
      clock: Date.now,
    }),
  });
  await furnishTarget(api);
  const session = await api.post('/api/v1/session', { token: operator });
  const credentials = {
    operator,
    viewer,
    session: String(session.headers.get('set-cookie')).split(';')[0] ?? '',
  };
  return {
    origin: api.url,
    credentials,
    loggedErrors,
    isWell: async () => (await api.get('/health/ready')).status === 200,
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await database.close();
    },
  };
}
