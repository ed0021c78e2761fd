import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProcess } from '@taskwire/test-harness';

/**
 * Of the API, of the embedded database, what a careless import of node:http brings along (fetch, WebSocket), and traces
 * that nobody asked for.
 */
const NOT_NEEDED =
  /\/node_modules\/(ajv|bullmq|typebox|fastify|@fastify\/(static|swagger\w*)|@electric-sql|@opentelemetry)\/|undici|tracing\/(otlp-tracing|span-queue|send-spans)/;

test('a listener loads nothing that only an API needs, for it would have to keep it', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-loaded-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const list = path.join(directory, 'loaded');
  const shown = fileURLToPath(new URL('../../test/show-loaded.ts', import.meta.url));
  await using listener = await startProcess(new URL('../main.ts', import.meta.url), {
    nodeFlags: [`--import=${shown}`],
    arguments: ['listener'],
    env: {
      SHOW_LOADED: list,
      // Nobody is there: its health is answered for before anything else.
      REDIS_URL: 'redis://127.0.0.1:1',
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      TASKWIRE_HOST: '127.0.0.1',
      PORT: '0',
    },
  });
  await listener.waitForLine(/listener answers for its health/);
  await listener.stop();
  const loaded = readFileSync(list, 'utf8').split('\n');
  assert.ok(loaded.some((name) => name.includes('/node_modules/ioredis/')));
  assert.deepEqual(
    loaded.filter((name) => NOT_NEEDED.test(name)),
    [],
  );
});
