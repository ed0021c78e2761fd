import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { silentLogger } from '@taskwire/protocol';
import type { FastifyInstance } from 'fastify';
import { createWebServer, type WebServerOptions } from './web-server.ts';

const serve = async (options: Partial<WebServerOptions> = {}) => {
  const server = createWebServer({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    routes: (app: FastifyInstance) => app.post('/echo', async ({ body }) => body),
    ...options,
  });
  await server.start();
  return server;
};

/** Says something on a socket of its own and tells what came back until the server closed it. */
async function talk(url: string, words: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  socket.on('error', () => {});
  socket.write(words);
  await once(socket, 'close');
  return heard;
}

test('who sends a request byte by byte, or not at all, loses the connection', {
  timeout: 30_000,
}, async () => {
  const patience = { headersMs: 300, requestMs: 600, silenceMs: 900, checkEveryMs: 50 };
  await using server = await serve({ patience });
  const url = server.url();
  const head =
    'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
  const [nothing, halfHead, halfBody] = await Promise.all([
    talk(url, ''),
    talk(url, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '),
    talk(url, head),
  ]);
  assert.match(halfHead, /^HTTP\/1\.1 408 .*application\/problem\+json.*did not come in time/s);
  assert.match(halfBody, /^HTTP\/1\.1 408 /);
  assert.doesNotMatch(nothing, / 200 /);
  const answer = await fetch(`${url}/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  });
  assert.deepEqual(await answer.json(), { a: 1 });
});

test('headers and addresses without end are refused, as is what is no HTTP, each with a problem document', async () => {
  await using server = await serve();
  const long = await talk(server.url(), `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.match(long, /^HTTP\/1\.1 431 .*application\/problem\+json.*"code":"headers_too_large"/s);
  const other = await talk(server.url(), '\u0016\u0003\u0001 hello\r\n\r\n');
  assert.match(other, /^HTTP\/1\.1 400 .*no request of HTTP/s);
});

test('a proxy that is no address is a wrong setting', () => {
  for (const entry of ['proxy.example', '10.0.0.0/33', '10.0.0.0/x', '::/129', '10.0.0.0/8/8', '']) {
    assert.throws(
      () =>
        createWebServer({
          host: '127.0.0.1',
          port: 0,
          logger: silentLogger,
          routes: () => {},
          trustedProxies: ['::1/128', entry],
        }),
      { code: 'setting_invalid', message: /^TASKWIRE_TRUSTED_PROXIES: expected addresses/ },
    );
  }
});
