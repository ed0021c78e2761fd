import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { silentLogger } from '@taskwire/protocol';
import { type FastifyInstance, fastify, type InjectOptions } from 'fastify';
import { useTypeboxSchemas } from '../http/request-validation.ts';
import { useProblemReplies } from '../problem/problem-replies.ts';
import { addSessionRoutes } from '../routes/session-routes.ts';
import { type Access, createOpenAccess, createTokenAccess } from './access.ts';
import { readAccessTokens } from './access-token.ts';
import { networkOf } from './doorkeeper.ts';
import { useAccess } from './use-access.ts';

const operator = randomBytes(24).toString('base64url');
const viewer = randomBytes(24).toString('base64url');

const tokenAccess = (clock: () => number = Date.now): Access =>
  createTokenAccess({
    tokens: readAccessTokens({
      operatorTokens: [`olga:${operator}`],
      operatorTokensFile: undefined,
      viewerTokens: [`victor:${viewer}`],
      viewerTokensFile: undefined,
    }),
    sessionMs: 60_000,
    clock,
  });

function appWith(access: Access, requestsPerMinute = 0): FastifyInstance {
  const app = fastify({ trustProxy: ['127.0.0.1'] });
  useTypeboxSchemas(app);
  useProblemReplies(app, silentLogger);
  const signInLimit = useAccess(app, access, { requestsPerMinute });
  const audit = { write: async () => {} };
  addSessionRoutes(app, { access, signInLimit, audit, logger: silentLogger });
  app.get('/read', async ({ actor }) => actor);
  app.post('/change', async ({ actor }) => actor);
  app.get('/secret', { config: { role: 'operator' } }, async ({ actor }) => actor);
  app.get('/open', { config: { role: 'public' } }, async ({ actor }) => ({ actor }));
  return app;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const ask = async (app: FastifyInstance, request: InjectOptions) => {
  const response = await app.inject({ headers: {}, ...request });
  const body = response.body === '' ? null : response.json();
  return { status: response.statusCode, code: body?.code, body, headers: response.headers };
};
const signIn = async (app: FastifyInstance, token: string, headers = {}) => {
  const answer = await ask(app, { method: 'POST', url: '/api/v1/session', payload: { token }, headers });
  return { ...answer, cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
};

describe('where tokens are needed', () => {
  const cases: readonly (readonly [
    method: 'GET' | 'POST',
    url: string,
    nobody: number,
    asViewer: number,
    asOperator: number,
  ])[] = [
    ['GET', '/read', 401, 200, 200],
    ['POST', '/change', 401, 403, 200],
    ['GET', '/secret', 401, 403, 200],
    ['GET', '/open', 200, 200, 200],
  ];
  for (const [method, url, nobody, asViewer, asOperator] of cases) {
    it(`${method} ${url} answers ${nobody} to nobody, ${asViewer} to a viewer, ${asOperator} to an operator`, async () => {
      const app = appWith(tokenAccess());
      assert.equal((await ask(app, { method, url })).status, nobody);
      assert.equal((await ask(app, { method, url, headers: bearer(viewer) })).status, asViewer);
      assert.equal((await ask(app, { method, url, headers: bearer(operator) })).status, asOperator);
    });
  }

  it('the answer says what is missing, and how a token is sent', async () => {
    const app = appWith(tokenAccess());
    const nobody = await ask(app, { url: '/read' });
    assert.equal(nobody.code, 'unauthorized');
    assert.match(String(nobody.headers['www-authenticate']), /^Bearer/);
    assert.equal((await ask(app, { url: '/read', headers: bearer('x') })).code, 'unauthorized');
    assert.equal(
      (await ask(app, { url: '/read', headers: { authorization: 'Basic eA==' } })).code,
      'unauthorized',
    );
    const tooLow = await ask(app, { method: 'POST', url: '/change', headers: bearer(viewer) });
    assert.equal(tooLow.code, 'forbidden');
    assert.match(tooLow.body.detail, /victor is a viewer/);
  });

  it('a session stands for its token, on every replica, until its end', async () => {
    let now = Date.now();
    const app = appWith(tokenAccess(() => now));
    const { status, body, cookie, headers } = await signIn(app, viewer);
    assert.deepEqual([status, body], [200, { role: 'viewer', token_required: true }]);
    assert.match(String(headers['set-cookie']), /HttpOnly; SameSite=Strict$/);
    const replica = appWith(tokenAccess(() => now));
    assert.deepEqual((await ask(replica, { url: '/read', headers: { cookie } })).body, {
      name: 'victor',
      role: 'viewer',
    });
    assert.deepEqual((await ask(replica, { url: '/api/v1/session', headers: { cookie } })).body, body);
    now += 61_000;
    assert.equal((await ask(replica, { url: '/read', headers: { cookie } })).code, 'unauthorized');
    const over = await ask(replica, { url: '/api/v1/session', headers: { cookie } });
    assert.deepEqual([over.status, over.body.role], [200, null]);
  });

  it('a session that comes over TLS never goes without', async () => {
    const app = appWith(tokenAccess());
    const { headers } = await signIn(app, viewer, { 'x-forwarded-proto': 'https' });
    assert.match(String(headers['set-cookie']), /; Secure$/);
  });

  it('signing out takes the cookie away', async () => {
    const answer = await ask(appWith(tokenAccess()), { method: 'DELETE', url: '/api/v1/session' });
    assert.equal(answer.status, 204);
    assert.match(String(answer.headers['set-cookie']), /^taskwire_session=; Path=\/; Max-Age=0;/);
  });

  it('a page of another site changes nothing with the cookie, nor does a browser that hides where it is', async () => {
    const app = appWith(tokenAccess());
    const { cookie } = await signIn(app, operator);
    const change = (headers: Record<string, string>) =>
      ask(app, { method: 'POST', url: '/change', headers: { host: 'tasks.example', cookie, ...headers } });
    assert.equal((await change({ 'sec-fetch-site': 'same-origin' })).status, 200);
    assert.equal((await change({ origin: 'https://tasks.example' })).status, 200);
    for (const from of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      {},
    ]) {
      const { status, code } = await change(from);
      assert.deepEqual([status, code], [403, 'cross_site'], JSON.stringify(from));
    }
    const byToken = { host: 'tasks.example', 'sec-fetch-site': 'cross-site', ...bearer(operator) };
    assert.equal((await ask(app, { method: 'POST', url: '/change', headers: byToken })).status, 200);
  });

  it('another site cannot sign anybody in or out', async () => {
    const app = appWith(tokenAccess());
    const from = { 'sec-fetch-site': 'cross-site' };
    assert.equal((await signIn(app, viewer, from)).code, 'cross_site');
    const out = await ask(app, { method: 'DELETE', url: '/api/v1/session', headers: from });
    assert.equal(out.code, 'cross_site');
  });

  it('whoever guesses is stopped, and told for how long; others go on', async () => {
    const app = appWith(tokenAccess());
    const guess = (ip: string, token: string) =>
      ask(app, { url: '/read', headers: { 'x-forwarded-for': ip, ...bearer(token) } });
    const guesses = [];
    for (let i = 0; i < 25; i++) guesses.push(await guess('192.0.2.1', `guess-${i}`));
    assert.deepEqual([guesses[19]?.status, guesses[20]?.status], [401, 429]);
    assert.equal(guesses[24]?.code, 'too_many_requests');
    assert.match(String(guesses[24]?.headers['retry-after']), /^\d+$/);
    assert.equal((await guess('192.0.2.1', operator)).status, 429, 'even when it guesses right');
    assert.equal((await guess('192.0.2.2', operator)).status, 200);
  });

  it('guessing where nothing is asked of anybody is guessing all the same', async () => {
    const app = appWith(tokenAccess());
    const statuses = [];
    for (let i = 0; i < 21; i++) {
      statuses.push((await ask(app, { url: '/api/v1/session', headers: bearer(`guess-${i}`) })).status);
    }
    assert.deepEqual([statuses[19], statuses[20]], [200, 429]);
  });

  it('signing in is tried ten times a minute at most', async () => {
    const app = appWith(tokenAccess());
    const statuses = [];
    for (let i = 0; i < 11; i++) statuses.push((await signIn(app, i < 9 ? 'wrong' : viewer)).status);
    assert.deepEqual(statuses.slice(8), [401, 200, 429]);
  });

  it('one token from one address has so many requests a minute', async () => {
    const app = appWith(tokenAccess(), 5);
    const read = (token: string) => ask(app, { url: '/read', headers: bearer(token) });
    for (let i = 0; i < 5; i++) assert.equal((await read(viewer)).status, 200);
    assert.equal((await read(viewer)).code, 'too_many_requests');
    assert.equal((await read(operator)).status, 200);
  });
});

describe('where none is needed', () => {
  it('everybody on this machine is an operator', async () => {
    const app = appWith(createOpenAccess());
    const { status, body } = await ask(app, { method: 'POST', url: '/change' });
    assert.deepEqual([status, body], [200, { name: 'anybody', role: 'operator' }]);
    assert.deepEqual((await ask(app, { url: '/api/v1/session' })).body, {
      role: 'operator',
      token_required: false,
    });
    assert.deepEqual((await signIn(app, 'anything')).body, { role: 'operator', token_required: false });
  });

  it('a page of another site changes nothing all the same', async () => {
    const app = appWith(createOpenAccess());
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://localhost:9999' }]) {
      assert.equal((await ask(app, { method: 'POST', url: '/change', headers })).code, 'cross_site');
    }
  });

  it('a name that somebody lets point to us is not answered to', async () => {
    const app = appWith(createOpenAccess());
    for (const host of [
      'evil.example',
      'localhost.evil.example:8080',
      '127.0.0.1.evil.example',
      '10.0.0.1',
    ]) {
      for (const method of ['GET', 'POST'] as const) {
        const url = method === 'GET' ? '/read' : '/change';
        const { status, code } = await ask(app, { method, url, headers: { host } });
        assert.deepEqual([status, code], [421, 'host_unknown'], host);
      }
    }
    for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'LOCALHOST']) {
      assert.equal((await ask(app, { url: '/read', headers: { host } })).status, 200, host);
    }
  });
});

it('one network of IPv6 is one address, and IPv4 is the same however it is written', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2');
  assert.equal(networkOf('2001:db8:1:2::9'), '2001:db8:1:2');
  assert.equal(networkOf('2001:db8::9'), '2001:db8:0:0');
  assert.equal(networkOf('::1'), '0:0:0:0');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0');
});
