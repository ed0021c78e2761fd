import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { silentLogger } from '@taskwire/protocol';
import { startRedis, waitUntil } from '@taskwire/test-harness';
import type { LuaScript } from './lua-script.ts';
import { openRedisConnection, type RedisConnection } from './redis-connection.ts';

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

const source = "return redis.sha1hex(KEYS[1] .. '|' .. table.concat(ARGV, '|'))";
const digest: LuaScript = { source, sha1: sha1(source) };

/** Takes what comes a piece at a time and then rests, so that whoever writes much waits in the middle of it. */
async function startSlowProxy(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    upstream.pipe(client);
    client.on('data', (piece) => {
      upstream.write(piece);
      client.pause();
      setTimeout(() => client.resume(), 1);
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function openConnection(url: string) {
  const connection = openRedisConnection({
    url,
    caFile: undefined,
    nodes: undefined,
    key: 'key',
    logger: silentLogger,
    random: Math.random,
    onReady: () => {},
    onLost: () => {},
    onNotMade: () => {},
  });
  await ready(connection);
  return { connection, [Symbol.dispose]: () => connection.close() };
}

const ready = (connection: RedisConnection): Promise<boolean> =>
  waitUntil(() => connection.isReady, { what: 'the connection' });

test('commands that are under way at once arrive as they were given, also where Redis forgets its scripts and the connection ends', async () => {
  await using redis = await startRedis();
  await using proxy = await startSlowProxy(redis.port);
  using opened = await openConnection(`redis://127.0.0.1:${proxy.port}`);
  const { connection } = opened;
  const callMany = async (name: string, bytes: number, count: number): Promise<number> => {
    let failed = 0;
    for (let call = 0; call < count; call++) {
      const args = Array.from({ length: 50 }, (_, index) =>
        `${name}é${index}`.repeat(bytes / 50 / name.length),
      );
      const expected = sha1(['key', ...args].join('|'));
      const answer = await connection.run(digest, ['key'], args).catch(() => null);
      if (answer === null) failed++;
      else assert.equal(answer, expected);
      if (name === 'small' && call % 5 === 0) await redis.command('SCRIPT', 'FLUSH');
    }
    return failed;
  };
  const callAll = () =>
    Promise.all([
      callMany('large', 2_000_000, 5),
      callMany('medium', 100_000, 20),
      callMany('small', 500, 40),
    ]);
  assert.deepEqual(await callAll(), [0, 0, 0]);
  const unanswered = callMany('large', 2_000_000, 1);
  proxy.cut();
  assert.equal(await unanswered, 1);
  await ready(connection);
  assert.deepEqual(await callAll(), [0, 0, 0]);
});

test('the key prefix of an address is put before the keys, as by every other client of it', async () => {
  await using redis = await startRedis();
  using opened = await openConnection(`${redis.url}?keyPrefix=app:`);
  assert.equal(await opened.connection.run(digest, ['key'], ['a']), sha1('app:key|a'));
});
