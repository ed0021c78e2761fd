import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startProcess } from '@taskwire/test-harness';

/** Of the API, of the embedded database, and what a careless import of node:http brings along (fetch, WebSocket). */
const NOT_NEEDED =
  /\/node_modules\/(ajv|bullmq|typebox|@fastify\/(static|swagger\w*)|@electric-sql)\/|undici/;

test('a listener loads nothing that only an API needs, for it would have to keep it', async () => {
  const shown = fileURLToPath(new URL('../../test/show-loaded.ts', import.meta.url));
  await using listener = await startProcess(new URL('../main.ts', import.meta.url), {
    nodeFlags: [`--import=${shown}`],
    arguments: ['listener'],
    env: {
      // Nobody is there: its health is answered for before anything else.
      REDIS_URL: 'redis://127.0.0.1:1',
      DATABASE_URL: 'postgres://127.0.0.1:1/none',
      TASKWIRE_HOST: '127.0.0.1',
      PORT: '0',
    },
  });
  await listener.waitForLine(/listener answers for its health/);
  await listener.stop();
  const loaded = [...listener.output().matchAll(/^loaded (.+)$/gm)].map(([, name = '']) => name);
  assert.ok(loaded.some((name) => name.includes('/node_modules/fastify/')));
  assert.deepEqual(
    loaded.filter((name) => NOT_NEEDED.test(name)),
    [],
  );
});
