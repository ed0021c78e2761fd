import { closeSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { createOwnedDirectory, removeOwnedDirectory } from './owned-directory.ts';
import { startOwnedProcess } from './owned-process.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { logEnd, waitForLog } from './server-log.ts';
import { waitUntil } from './wait-until.ts';

/** A primary, a replica, and three Sentinels that put the one in the place of the other where it fails. */
export interface RedisSentinel extends AsyncDisposable {
  /** The one to begin with. */
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  /** The addresses of the Sentinels. */
  readonly sentinels: readonly string[];
  /** What they call the primary. */
  readonly name: string;
  /** The server that they call the primary now. */
  current(): Promise<RedisServer>;
}

const LOOPBACK = '127.0.0.1';
const NAME = 'mymaster';
const SENTINELS = 3;
const QUORUM = 2;
/** How long the primary may be silent before they vote for the replica. */
const DOWN_AFTER_MS = 1_000;
const FORMED_MS_MAX = 30_000;

export async function startRedisSentinel(): Promise<RedisSentinel> {
  const stack = new AsyncDisposableStack();
  try {
    const primary = stack.use(await startRedis({ appendOnly: true }));
    const replica = stack.use(
      await startRedis({ appendOnly: true, config: { replicaof: `${LOOPBACK} ${primary.port}` } }),
    );
    await waitUntil(
      async () => String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
      { what: 'the replica to follow', timeoutMs: FORMED_MS_MAX },
    );
    const sentinels: string[] = [];
    for (let i = 0; i < SENTINELS; i++) sentinels.push(await startSentinel(primary.port, stack));
    await waitUntil(
      async () => {
        const views = await Promise.all(sentinels.map((url) => ask(url, 'SENTINEL', 'MASTER', NAME)));
        return views.every((view) => {
          const of = (field: string) => Number((view as string[])[(view as string[]).indexOf(field) + 1]);
          return of('num-slaves') === 1 && of('num-other-sentinels') === SENTINELS - 1;
        });
      },
      { what: 'the Sentinels to know each other', timeoutMs: FORMED_MS_MAX, pollMs: 50 },
    );
    return {
      primary,
      replica,
      sentinels,
      name: NAME,
      current: async () => {
        const [, port] = (await ask(
          sentinels[0] ?? '',
          'SENTINEL',
          'GET-MASTER-ADDR-BY-NAME',
          NAME,
        )) as string[];
        return Number(port) === primary.port ? primary : replica;
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** @returns its address */
async function startSentinel(primaryPort: number, stack: AsyncDisposableStack): Promise<string> {
  const directory = stack.adopt(createOwnedDirectory('sentinel'), removeOwnedDirectory);
  const port = await freePort();
  const configFile = path.join(directory, 'sentinel.conf');
  const logFile = path.join(directory, 'sentinel.log');
  const lines = [
    `bind ${LOOPBACK}`,
    `port ${port}`,
    `dir ${directory}`,
    `sentinel monitor ${NAME} ${LOOPBACK} ${primaryPort} ${QUORUM}`,
    `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${NAME} 5000`,
  ];
  writeFileSync(configFile, lines.map((line) => `${line}\n`).join(''));
  const offset = logEnd(logFile);
  const log = openSync(logFile, 'a');
  try {
    const server = await startOwnedProcess('redis-server', [configFile, '--sentinel'], {
      stdio: ['ignore', log, log],
    });
    stack.defer(async () => {
      server.signal('SIGKILL');
      await server.exited;
    });
    await waitForLog(server, logFile, offset, /\+monitor master/);
  } finally {
    closeSync(log);
  }
  return `redis://${LOOPBACK}:${port}`;
}

async function ask(url: string, name: string, ...parameters: readonly string[]): Promise<unknown> {
  const client = new Redis(url, { retryStrategy: () => null, lazyConnect: true, enableReadyCheck: false });
  client.on('error', () => {}); // The awaited call below throws it.
  try {
    await client.connect();
    return await client.call(name, ...parameters);
  } finally {
    client.disconnect();
  }
}
