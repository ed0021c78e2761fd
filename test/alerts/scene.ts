import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTaskStatusNotifier, type TaskStatusNotifier } from '@taskwire/notifier';
import {
  createEventIdSource,
  formatTimestamp,
  type RedisNames,
  readSettings,
  redisNames,
  STREAM_FIELDS,
  type TaskStatus,
} from '@taskwire/protocol';
import {
  freePort,
  type PostgresServer,
  type RedisServer,
  type StartedProcess,
  startPostgres,
  startProcess,
  startRedis,
} from '@taskwire/test-harness';

const MAIN = new URL('../../packages/taskwire/src/main.ts', import.meta.url);

/** A standalone listener at an address that Prometheus knows. */
export interface WatchedListener {
  /** host:port */
  readonly address: string;
  readonly databaseUrl: string;
  start(wish?: { readonly nodeFlags?: readonly string[] }): Promise<StartedProcess>;
}

/** Real Redis, real PostgreSQL, and two deployments on them: each a listener with a database and Redis names of its own. */
export interface Scene extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  readonly names: RedisNames;
  readonly ours: WatchedListener;
  readonly other: WatchedListener;
  /** A worker within this process; not started. */
  worker(name: string, clock?: () => number): TaskStatusNotifier;
  /** As a process of its own, with a task that runs. */
  startLostWorker(): Promise<StartedProcess>;
  /** Puts an event into the stream as a producer of any making might; returns what it put. */
  addToStream(event: Readonly<Record<string, unknown>> & { readonly status: TaskStatus }): Promise<object>;
}

const newEventId = createEventIdSource({ now: Date.now, random: randomBytes });

export async function prepareScene(): Promise<Scene> {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-alerts-'));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  stack.use(postgres);
  stack.use(redis);
  const names = redisNames(readSettings({}));
  const watchedListener = async (env: Readonly<Record<string, string>>): Promise<WatchedListener> => {
    const [port, databaseUrl] = [await freePort(), await postgres.createDatabase()];
    return {
      address: `127.0.0.1:${port}`,
      databaseUrl,
      start: async ({ nodeFlags = [] } = {}) => {
        const listener = await startProcess(MAIN, {
          arguments: ['listener'],
          nodeFlags,
          env: {
            REDIS_URL: redis.url,
            DATABASE_URL: databaseUrl,
            PORT: String(port),
            LOG_LEVEL: 'warn',
            // The least that it takes: a worker is given up 30 s after its last heartbeat, and this.
            TASKWIRE_WORKER_LOST_GRACE_MS: '500',
            ...env,
          },
        });
        stack.use(listener);
        return listener;
      },
    };
  };
  const other = { TASKWIRE_KEY_PREFIX: 'other:', TASK_STATUS_REDIS_CHANNEL: 'other:events' };
  const listeners = {
    ours: await watchedListener({}),
    other: await watchedListener({ ...other, TASK_STATUS_QUEUE_NAME: 'other:queue' }),
  };
  return {
    redis,
    postgres,
    names,
    ...listeners,
    worker: (name, clock) =>
      stack.use(
        createTaskStatusNotifier({
          redisUrl: redis.url,
          names,
          workerContainer: name,
          outboxPath: path.join(directory, `${name}.sqlite`),
          heartbeatIntervalMs: 200,
          stopTimeoutMs: 500,
          ...(clock === undefined ? {} : { clock }),
        }),
      ),
    startLostWorker: async () => {
      const worker = stack.use(
        await startProcess(new URL('lost-worker-main.ts', import.meta.url), {
          env: {
            REDIS_URL: redis.url,
            WORKER_CONTAINER_ID: 'lost',
            TASKWIRE_OUTBOX_PATH: path.join(directory, 'lost.sqlite'),
          },
        }),
      );
      await worker.waitForLine(/^runs$/);
      return worker;
    },
    addToStream: async (wish) => {
      const event = {
        schema_version: 1,
        event_id: newEventId(),
        publisher_id: 'foreign',
        sequence: 1,
        task_request_id: 'foreign',
        attempt: 1,
        timestamp: formatTimestamp(Date.now() * 1_000),
        data: {},
        worker_container: 'foreign',
        ...wish,
      };
      await redis.command('XADD', names.stream, '*', STREAM_FIELDS.event, JSON.stringify(event));
      return event;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
