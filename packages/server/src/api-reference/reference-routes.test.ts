import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { silentLogger } from '@taskwire/protocol';
import { type FastifyInstance, fastify } from 'fastify';
import { addSecurityHeaders } from '../http/security-headers.ts';
import { useProblemReplies } from '../problem/problem-replies.ts';
import { addReferenceRoutes } from './reference-routes.ts';

describe('the page at /docs, under a prefix', () => {
  let app: FastifyInstance;
  before(async () => {
    app = fastify();
    await app.register(
      async (plugin) => {
        useProblemReplies(plugin, silentLogger);
        addSecurityHeaders(plugin);
        await addReferenceRoutes(plugin);
      },
      { prefix: '/some/where' },
    );
  });
  after(() => app.close());

  it('is sent to the address with a slash, which what it names is relative to', async () => {
    const { statusCode, headers } = await app.inject('/some/where/docs');
    assert.deepEqual([statusCode, headers.location], [308, '/some/where/docs/']);
  });

  it('names files that lie beside it, and has no script or style within', async () => {
    const page = (await app.inject('/some/where/docs/')).body;
    const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    assert.ok(named.length >= 5);
    assert.doesNotMatch(page, /<style|<script(?![^>]* src=)|\bstyle=|\bon\w+=/);
    for (const file of named) {
      assert.doesNotMatch(file, /[/:]/);
      const { statusCode, headers } = await app.inject(`/some/where/docs/${file}`);
      assert.equal(statusCode, 200, file);
      assert.match(String(headers['content-type']), file.endsWith('.css') ? /^text\/css/ : /javascript/);
    }
  });

  it('may run what lies beside it and nothing else', async () => {
    for (const file of ['', 'swagger-ui-bundle.js', 'reference.css']) {
      const { headers } = await app.inject(`/some/where/docs/${file}`);
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'; /);
      assert.doesNotMatch(policy, /unsafe|http|\*/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    }
  });

  it('hands out no other file', async () => {
    for (const file of [
      'index.html',
      'swagger-ui.js',
      '../package.json',
      '..%2fpackage.json',
      'constructor',
    ]) {
      assert.equal((await app.inject(`/some/where/docs/${file}`)).statusCode, 404, file);
    }
  });
});
