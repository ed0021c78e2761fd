import { closeSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { createOwnedDirectory, removeOwnedDirectory } from './owned-directory.ts';
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts';
import { logEnd, waitForLog } from './server-log.ts';

export interface RedisServerOptions {
  /** Keep the data in an append-only file. Default false: what is in it is gone after {@link RedisServer.kill}. */
  readonly appendOnly?: boolean;
  /** Lines of redis.conf, such as `{ maxmemory: '10mb', user: ['worker on …', 'listener on …'] }`. */
  readonly config?: Readonly<Record<string, string | readonly string[]>>;
  /** The address it listens on, default 127.0.0.1. We ourselves talk to it through its Unix socket. */
  readonly host?: string;
  /** As in {@link OwnedProcessOptions}. */
  readonly wrapper?: readonly string[];
}

/** A redis-server of our own, on a port and in a folder that it keeps over restarts. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  /** @throws Error when it does not run. */
  readonly pid: number;
  /** Starts again on the same port and with the data it has on disk. Nothing when it runs. */
  start(): Promise<void>;
  /** SIGTERM: an append-only file is written to its end. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Kills it when it runs, and removes its data; the next start is empty. */
  wipe(): Promise<void>;
  /** One command on a connection of its own, such as `command('CONFIG', 'SET', 'maxmemory', '1mb')`. */
  command(name: string, ...commandArguments: readonly (string | number)[]): Promise<unknown>;
}

const LOOPBACK = '127.0.0.1';
const SOCKET = 'redis.sock';

/** Starts a private redis-server. It ends when disposed, at the latest with this process. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const directory = createOwnedDirectory('redis');
  const logFile = path.join(directory, 'redis.log');
  const configFile = path.join(directory, 'redis.conf');
  let server: OwnedProcess | undefined;
  let port = await freePort();

  const launch = async (): Promise<void> => {
    writeFileSync(configFile, configLines(port, directory, options));
    const offset = logEnd(logFile);
    const log = openSync(logFile, 'a');
    try {
      const { wrapper } = options;
      server = await startOwnedProcess('redis-server', [configFile], {
        stdio: ['ignore', log, log],
        wrapper,
      });
    } finally {
      closeSync(log);
    }
    await waitForLog(server, logFile, offset, /Ready to accept connections/);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    server?.signal(signal);
    // What is frozen takes no SIGTERM before it is thawed.
    server?.signal('SIGCONT');
    await server?.exited;
    server = undefined;
  };
  const kill = () => end('SIGKILL');

  try {
    await launch();
  } catch {
    // Somebody may have taken the port between our look and its start. Only the first start may choose another.
    port = await freePort();
    await launch();
  }
  const url = `redis://${options.host ?? LOOPBACK}:${port}`;

  return {
    url,
    port,
    directory,
    get pid() {
      if (server === undefined) throw new Error('this redis-server does not run');
      return server.pid;
    },
    start: async () => {
      if (server?.isRunning() !== true) await launch();
    },
    stop: () => end('SIGTERM'),
    kill,
    freeze: () => server?.signal('SIGSTOP'),
    thaw: () => server?.signal('SIGCONT'),
    wipe: async () => {
      await kill();
      for (const name of readdirSync(directory)) {
        if (name !== 'redis.log') rmSync(path.join(directory, name), { recursive: true });
      }
    },
    command: async (name, ...commandArguments) => {
      const client = new Redis({
        path: path.join(directory, SOCKET),
        retryStrategy: () => null,
        lazyConnect: true,
      });
      client.on('error', () => {}); // The awaited call below throws it.
      try {
        await client.connect();
        return await client.call(name, ...commandArguments);
      } finally {
        client.disconnect();
      }
    },
    [Symbol.asyncDispose]: async () => {
      await kill();
      removeOwnedDirectory(directory);
    },
  };
}

function configLines(port: number, directory: string, options: RedisServerOptions): string {
  const lines = {
    bind: options.host ?? LOOPBACK,
    port: String(port),
    unixsocket: path.join(directory, SOCKET),
    dir: directory,
    save: '""',
    appendonly: options.appendOnly === true ? 'yes' : 'no',
    'enable-debug-command': 'local',
    // It would refuse whoever comes from another address without a password.
    'protected-mode': options.host === undefined ? 'yes' : 'no',
    ...options.config,
  };
  return Object.entries(lines)
    .flatMap(([name, values]) => [values].flat().map((value) => `${name} ${value}\n`))
    .join('');
}
