import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { openPglite } from '@taskwire/listener';
import { failOnLeaks, isolatedRedisNames, startRedis } from '@taskwire/test-harness';
import { createTokenAccess, readAccessTokens } from '../../packages/server/src/health.ts';
import { startApi } from '../../packages/server/test/start-api.ts';
import { openBrowser, visit } from './open-browser.ts';

const opened = new AsyncDisposableStack();
after(() => opened.disposeAsync());
failOnLeaks();

const viewer = randomBytes(24).toString('base64url');
const redis = opened.use(await startRedis());
const database = opened.use(await openPglite());
const api = opened.use(
  await startApi({
    database,
    redisUrl: redis.url,
    names: isolatedRedisNames(),
    access: createTokenAccess({
      tokens: readAccessTokens({
        operatorTokens: [],
        operatorTokensFile: undefined,
        viewerTokens: [viewer],
        viewerTokensFile: undefined,
      }),
      sessionMs: 60_000,
      clock: Date.now,
    }),
  }),
);
const browser = opened.adopt(await openBrowser(), (it) => it.close());

/** A proxy that takes `/behind` off every address. */
const proxy = createServer((incoming, outgoing) => {
  const { method, headers, url = '' } = incoming;
  const target = new URL(url.replace(/^\/behind/, ''), api.url);
  incoming.pipe(
    request(target, { method: method ?? 'GET', headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }),
  );
});
await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
opened.defer(
  () =>
    new Promise<void>((resolve) => {
      proxy.close(() => resolve());
      proxy.closeAllConnections();
    }),
);

describe('the API in a browser', () => {
  for (const [name, base] of [
    ['at its own address', api.url],
    [
      'behind a prefix that a proxy takes away',
      `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/behind`,
    ],
  ] as const) {
    it(`is read and tried by a viewer who signs in there, ${name}`, async () => {
      await using visitor = await visit(browser, `${base}/docs/`);
      const { page } = visitor;
      await page.getByLabel('A viewer or operator token').fill('a wrong one');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').getByText('token: not known here').waitFor();
      await page.getByLabel('A viewer or operator token').fill(viewer);
      await page.getByRole('button', { name: 'Sign in' }).click();

      await page
        .getByRole('button', { name: /How things stand/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Try it out' }).click();
      await page.getByRole('button', { name: 'Execute' }).click();
      const answer = page.locator('.live-responses-table');
      await answer.getByText('"open_tasks"').waitFor();
      assert.equal((await page.locator('.request-url pre').textContent())?.trim(), `${base}/api/v1/stats`);
      visitor.assertNoTrouble();
    });
  }
});
