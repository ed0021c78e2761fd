import { randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

import { freePort } from './free-port.ts';
import { postgresBinaries } from './installed-programs.ts';
import { createOwnedDirectory, removeOwnedDirectory } from './owned-directory.ts';
import { type OwnedProcess, startOwnedProcess } from './owned-process.ts';
import { APPLICATION_ROLE, copyPostgresTemplate, SUPERUSER } from './postgres-template.ts';
import { anyRuns, childProcessesOf } from './process-table.ts';
import { logEnd, waitForLog } from './server-log.ts';
import { userForPostgres } from './system-user.ts';
import { waitUntil } from './wait-until.ts';

export interface PostgresServerOptions {
  /** Lines of postgresql.conf, such as `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The address it listens on, default 127.0.0.1. We ourselves talk to it through its Unix socket. */
  readonly host?: string;
  /** As in {@link OwnedProcessOptions}. */
  readonly wrapper?: readonly string[];
}

/** As in `pg_ctl stop -m`: `smart` waits for clients, `fast` ends them, `immediate` leaves a recovery to the start. */
export type ShutdownMode = 'smart' | 'fast' | 'immediate';

/** A PostgreSQL server of our own, on a port and with a data folder that it keeps over restarts. */
export interface PostgresServer extends AsyncDisposable {
  /** Of the database `postgres`, as superuser. Tests of taskwire use {@link createDatabase}. */
  readonly url: string;
  /** Of the database `postgres`, as the role that may create databases and is no superuser. */
  readonly applicationUrl: string;
  readonly port: number;
  /** Holds `data`, `postgres.log` and the Unix socket. */
  readonly directory: string;
  /** @throws Error when it does not run. */
  readonly pid: number;
  /** Starts again on the same port and data. Nothing when it runs. */
  start(): Promise<void>;
  /** Default `fast`. */
  stop(mode?: ShutdownMode): Promise<void>;
  restart(mode?: ShutdownMode): Promise<void>;
  /** SIGKILL to it and to all its processes at once, as when the machine stops. */
  kill(): Promise<void>;
  /** SIGSTOP to it and all its processes. */
  freeze(): void;
  thaw(): void;
  /** The URL of a new, empty database, for a role that owns it and is no superuser. */
  createDatabase(): Promise<string>;
  /** One statement as superuser, on a connection of its own, in the database of `url` or in `postgres`. */
  query<Row extends pg.QueryResultRow>(
    sql: string,
    parameters?: readonly unknown[],
    url?: string,
  ): Promise<readonly Row[]>;
}

const LOOPBACK = '127.0.0.1';

const SETTINGS = {
  // Tests end processes, never the machine: what a process has written, the kernel keeps.
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'on',
  max_connections: '200',
  // Not UTC, so that a time read or written without its zone shows.
  timezone: 'Asia/Shanghai',
  log_line_prefix: '%m [%p] %q%d ',
};

const SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** Starts a private PostgreSQL server. It ends when disposed, at the latest with this process. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const user = userForPostgres();
  const directory = createOwnedDirectory('postgres', user);
  const data = path.join(directory, 'data');
  const logFile = path.join(directory, 'postgres.log');
  await copyPostgresTemplate(data);
  const { host = LOOPBACK, wrapper } = options;
  if (host !== LOOPBACK) appendFileSync(path.join(data, 'pg_hba.conf'), `host all all ${host}/16 trust\n`);
  let server: OwnedProcess | undefined;
  let port = await freePort();

  const launch = async (): Promise<void> => {
    const places = { listen_addresses: host, unix_socket_directories: directory, port };
    const settings = { ...SETTINGS, ...places, ...options.settings };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const offset = logEnd(logFile);
    const log = openSync(logFile, 'a');
    try {
      server = await startOwnedProcess(path.join(postgresBinaries(), 'postgres'), ['-D', data, ...flags], {
        cwd: directory,
        user,
        wrapper,
        signalAtOurEnd: 'SIGQUIT',
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
    await waitForLog(server, logFile, offset, /database system is ready to accept connections/);
  };
  const signalAll = (name: NodeJS.Signals): readonly number[] => {
    if (server === undefined) return [];
    // It is stopped while its processes are counted, so that it cannot start another one meanwhile.
    server.signal('SIGSTOP');
    const children = childProcessesOf(server.pid);
    for (const pid of children) signalIfThere(pid, name);
    server.signal(name);
    return children;
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === undefined) return;
    signalAll('SIGCONT');
    server.signal(signal);
    await server.exited;
    server = undefined;
  };
  const kill = async (): Promise<void> => {
    if (server === undefined) return;
    const children = signalAll('SIGKILL');
    await server.exited;
    server = undefined;
    // The next start is refused while one of them still holds the shared memory.
    await waitUntil(() => !anyRuns(children), {
      what: 'the end of the processes of a killed PostgreSQL',
    });
  };
  const start = async (): Promise<void> => {
    if (server?.isRunning() !== true) await launch();
  };

  try {
    await launch();
  } catch {
    // Somebody may have taken the port between our look and its start. Only the first start may choose another.
    port = await freePort();
    await launch();
  }
  const urlOf = (role: string, database: string) => `postgres://${role}@${host}:${port}/${database}`;
  const url = urlOf(SUPERUSER, 'postgres');
  const applicationUrl = urlOf(APPLICATION_ROLE, 'postgres');

  const query: PostgresServer['query'] = async <Row extends pg.QueryResultRow>(
    sql: string,
    parameters: readonly unknown[] = [],
    urlOfDatabase = url,
  ) => {
    const database = new URL(urlOfDatabase).pathname.slice(1);
    const client = new pg.Client({ host: directory, port, user: SUPERUSER, database });
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...parameters])).rows;
    } finally {
      await client.end();
    }
  };

  return {
    url,
    applicationUrl,
    port,
    directory,
    get pid() {
      if (server === undefined) throw new Error('this PostgreSQL does not run');
      return server.pid;
    },
    start,
    stop: (mode = 'fast') => end(SIGNALS[mode]),
    restart: async (mode = 'fast') => {
      await end(SIGNALS[mode]);
      await start();
    },
    kill,
    freeze: () => void signalAll('SIGSTOP'),
    thaw: () => void signalAll('SIGCONT'),
    createDatabase: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await query(`create database ${name} owner ${APPLICATION_ROLE}`);
      return urlOf(APPLICATION_ROLE, name);
    },
    query,
    [Symbol.asyncDispose]: async () => {
      await end('SIGQUIT');
      removeOwnedDirectory(directory);
    },
  };
}

function signalIfThere(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
