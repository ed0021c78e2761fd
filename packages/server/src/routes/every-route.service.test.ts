import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { createTaskStatusService, type Database, openPostgres } from '@taskwire/listener';
import { failOnLeaks, freshDatabaseUrl } from '@taskwire/test-harness';
import { type FastifyInstance, fastify, type RouteOptions } from 'fastify';
import { createTokenAccess } from '../access/access.ts';
import { readAccessTokens } from '../access/access-token.ts';
import { isSafe, type RouteRole } from '../access/role.ts';
import { taskwireServer } from '../taskwire-server.ts';

failOnLeaks();

const viewer = randomBytes(24).toString('base64url');
/** Pages and their files: whoever signs in has to see where. */
const PAGES = new Set(['GET /', 'GET /*', 'GET /assets/*', 'GET /docs', 'GET /docs/*']);
const PUBLIC = new Set([
  'GET /health/live',
  'GET /health/ready',
  'GET /api/v1/session',
  'POST /api/v1/session',
  'DELETE /api/v1/session',
  ...PAGES,
]);

interface Route {
  readonly method: string;
  readonly url: string;
  readonly role: RouteRole | undefined;
  /** Not described in the OpenAPI document. */
  readonly hidden: boolean;
}

describe('every route of the API, where tokens are needed', () => {
  let database: Database;
  let app: FastifyInstance;
  const routes: Route[] = [];
  before(async () => {
    database = await openPostgres({ url: await freshDatabaseUrl() });
    const service = createTaskStatusService(database);
    app = fastify();
    app.addHook('onRoute', ({ method, url, config, schema }: RouteOptions) => {
      for (const each of [method].flat()) {
        routes.push({ method: each, url, role: config?.role, hidden: schema?.hide ?? false });
      }
    });
    const tokens = readAccessTokens({
      operatorTokens: [],
      operatorTokensFile: undefined,
      viewerTokens: [viewer],
      viewerTokensFile: undefined,
    });
    const idle = async () => {};
    await app.register(taskwireServer, {
      database,
      service,
      dispatcher: {
        start: idle,
        stop: idle,
        [Symbol.asyncDispose]: idle,
        wake: () => {},
        withdraw: async () => 'absent',
        health: () => ({ part: 'task_queue', state: 'ok', since_ms: 0, detail: '', meaning: '' }),
      },
      listener: null,
      access: createTokenAccess({ tokens, sessionMs: 60_000, clock: Date.now }),
    });
    await app.ready();
  });
  after(async () => {
    await app.close();
    await database.close();
  });

  const addressOf = (url: string): string => url.replaceAll(/:[a-z_]+/g, '1').replace('*', 'x');

  it('is there', () => {
    assert.ok(routes.length > 10);
  });

  it('is described, but for pages and their files', () => {
    const undescribed = routes.filter(({ method, hidden }) => method !== 'HEAD' && hidden);
    assert.deepEqual(
      undescribed.map(({ method, url }) => `${method} ${url}`).filter((route) => !PAGES.has(route)),
      [],
    );
  });

  it('answers nobody but where that is meant', async () => {
    for (const { method, url, role } of routes) {
      if (role === 'public') {
        assert.ok(PUBLIC.has(`${method.replace('HEAD', 'GET')} ${url}`), `${method} ${url} is public`);
        continue;
      }
      const { statusCode } = await app.inject({ method: method as 'GET', url: addressOf(url) });
      assert.equal(statusCode, 401, `${method} ${url}`);
    }
  });

  it('changes nothing for a viewer', async () => {
    const changing = routes.filter(({ method, role }) => !isSafe(method) && role !== 'public');
    assert.ok(changing.length >= 2);
    for (const { method, url, role } of changing) {
      assert.notEqual(role, 'viewer', `${method} ${url} changes something and is open to viewers`);
      const headers = { authorization: `Bearer ${viewer}` };
      const { statusCode } = await app.inject({ method: method as 'POST', url: addressOf(url), headers });
      assert.equal(statusCode, 403, `${method} ${url}`);
    }
  });

  it('says nothing of hosts and users to nobody', async () => {
    const ready = await app.inject('/health/ready');
    assert.ok(ready.json().parts.length > 0);
    for (const { detail } of ready.json().parts) assert.equal(detail, 'shown with a token');
  });

  it('lets no page of another site read anything, whatever it asks for', async () => {
    for (const { method, url } of routes) {
      const headers = { origin: 'https://evil.example', authorization: `Bearer ${viewer}` };
      const answer = await app.inject({ method: method as 'GET', url: addressOf(url), headers });
      const allowed = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-allow-'));
      assert.deepEqual(allowed, [], `${method} ${url}`);
    }
  });
});
