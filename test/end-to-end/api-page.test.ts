import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { openPostgres } from '@taskwire/listener';
import {
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  sharedRedisUrl,
  waitUntil,
} from '@taskwire/test-harness';
import { createTokenAccess, readAccessTokens } from '../../packages/server/src/health.ts';
import { type Api, startApi } from '../../packages/server/test/start-api.ts';

failOnLeaks();

const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
/** Each code block, with what stands beside it as its answer. */
const blocks = [...page.matchAll(/```(sh|js)\n(.*?)```(?:\n\n```json\n(.*?)```)?/gs)].map((match) => ({
  language: match[1],
  code: match[2] ?? '',
  answer: match[3],
}));
const commands = blocks.filter(({ language }) => language === 'sh');

describe('the examples of docs/api.md', () => {
  const opened = new AsyncDisposableStack();
  const operator = randomBytes(24).toString('base64url');
  let api: Api;
  before(async () => {
    const database = opened.use(await openPostgres({ url: await freshDatabaseUrl() }));
    api = opened.use(
      await startApi({
        database,
        redisUrl: await sharedRedisUrl(),
        names: isolatedRedisNames(),
        token: operator,
        access: createTokenAccess({
          tokens: readAccessTokens({
            operatorTokens: [operator],
            operatorTokensFile: undefined,
            viewerTokens: [],
            viewerTokensFile: undefined,
          }),
          sessionMs: 60_000,
          clock: Date.now,
        }),
      }),
    );
  });
  after(() => opened.disposeAsync());

  const environment = (url = api.url) => ({
    ...process.env,
    TASKWIRE_API_URL: url,
    TASKWIRE_TOKEN: operator,
  });

  it('are there', () => assert.ok(commands.length >= 8));

  for (const [index, { code, answer }] of commands.entries()) {
    it(`work as they stand there: ${index + 1}, ${/TASKWIRE_API_URL([^" ]*)/.exec(code)?.[1]}`, async () => {
      const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', code], {
        env: environment(),
      });
      assert.notEqual(stdout, '');
      if (answer !== undefined) assertAlike(JSON.parse(stdout), JSON.parse(answer), '');
    });
  }

  it('follow live updates over a connection that breaks, and miss nothing', async () => {
    const program = blocks.find(({ code }) => code.startsWith('// follow.mjs'))?.code ?? '';
    const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-follow-'));
    writeFileSync(path.join(folder, 'follow.mjs'), program);
    await using link = await breakableLink(Number(new URL(api.url).port));
    const follower = spawn(process.execPath, [path.join(folder, 'follow.mjs')], {
      env: environment(link.url),
    });
    const ended = new Promise((resolve) => follower.once('close', resolve));
    const heard = new Set<string>();
    createInterface(follower.stdout).on('line', (line) => {
      if (line !== 'reset') heard.add(JSON.parse(line).task_request_id);
    });
    const submit = (task_request_id: string) =>
      api.post('/api/v1/tasks', { task_name: 'tasks.test', task_request_id });
    const hears = (id: string) =>
      waitUntil(() => heard.has(id), { what: `${id} to be heard of`, timeoutMs: 30_000 });
    try {
      await waitUntil(() => link.connections() > 0, { what: 'the program to connect', timeoutMs: 30_000 });
      await submit('before');
      await hears('before');
      link.cut();
      await submit('meanwhile');
      link.heal();
      await hears('meanwhile');
      await submit('afterwards');
      await hears('afterwards');
    } finally {
      follower.kill();
      await ended;
      rmSync(folder, { recursive: true });
    }
  });
});

/** The same members, of the same kinds; where the page shows what is always the same, the same values. */
function assertAlike(given: unknown, shown: unknown, place: string): void {
  if (typeof shown !== 'object' || shown === null) {
    assert.equal(typeof given, typeof shown, place);
    if (!/(_at|_update|revision)$/.test(place)) assert.equal(given, shown, place);
    return;
  }
  assert.ok(typeof given === 'object' && given !== null, place);
  assert.deepEqual(Object.keys(given).sort(), Object.keys(shown).sort(), place);
  for (const [name, member] of Object.entries(shown)) {
    assertAlike((given as Readonly<Record<string, unknown>>)[name], member, `${place}.${name}`);
  }
}

/** A way to a port of this machine that can be cut and healed. */
async function breakableLink(port: number) {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.size,
    cut,
    heal: () => {
      isCut = false;
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
