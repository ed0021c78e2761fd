import {
  type Announce,
  announceOverRedis,
  beginConnecting,
  createRedisConnection,
  createTaskStats,
  createTaskStatusService,
  type Database,
  endConnection,
  migrate,
  type TaskStatusService,
} from '@taskwire/listener';
import {
  createSecretParams,
  type Logger,
  type RedisNames,
  SECRET_PARAMS_BY_DEFAULT,
  silentLogger,
} from '@taskwire/protocol';
import { Queue } from 'bullmq';
import {
  type Access,
  createLiveUpdates,
  createTaskDispatcher,
  createTaskQueue,
  createWebServer,
  type LiveUpdates,
  type TaskQueue,
  taskwireServer,
} from '../src/index.ts';

export interface Api extends AsyncDisposable {
  readonly service: TaskStatusService;
  /** The task queue as a worker sees it. */
  readonly jobs: Queue;
  readonly url: string;
  /** As the listener of this process does after a commit. */
  readonly announce: Announce;
  readonly live: LiveUpdates;
  get(path: string): Promise<Answer>;
  /** Brings what was counted so far into the database. */
  flushStats(): Promise<void>;
  /** A body that is a text goes out as it is. */
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly body: any;
}

export interface ApiOptions {
  readonly database: Database;
  readonly redisUrl: string;
  readonly names: RedisNames & { readonly prefix: string };
  readonly taskNames?: ReadonlySet<string>;
  readonly access?: Access;
  /** Sent with each request. */
  readonly token?: string;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Instead of those of the real one. */
  readonly queue?: Partial<TaskQueue>;
}

/** The queue of these names; BullMQ takes no colon in it. */
export const queueName = (names: { readonly prefix: string }): string => names.prefix.replaceAll(':', '-');

/** The whole API on a port of its own, with its dispatcher. The database stays the caller's. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { database, redisUrl, names, logger = silentLogger } = options;
  await migrate(database);
  const service = createTaskStatusService(database);
  await service.maintain();
  const redis = createRedisConnection({
    url: redisUrl,
    role: 'test',
    logger: silentLogger,
    random: Math.random,
  });
  beginConnecting(redis);
  const jobs = new Queue(queueName(names), {
    connection: { url: redisUrl, retryStrategy: () => 50, maxRetriesPerRequest: null },
  });
  jobs.on('error', () => {});
  const stats = createTaskStats();
  const dispatcher = createTaskDispatcher({
    service,
    queue: {
      ...createTaskQueue({
        connectionTo: () => redis,
        queue: queueName(names),
        names,
        secrets: createSecretParams(SECRET_PARAMS_BY_DEFAULT),
      }),
      ...options.queue,
    },
    logger: silentLogger,
    clock: Date.now,
    random: Math.random,
  });
  const live = createLiveUpdates({ database, redisUrl, names, consumer: null });
  const overRedis = announceOverRedis(redis, names, silentLogger);
  const server = createWebServer({
    host: '127.0.0.1',
    port: 0,
    logger,
    trustedProxies: options.trustedProxies ?? [],
    routes: (app) => {
      app.register(taskwireServer, {
        database,
        service,
        dispatcher,
        listener: null,
        live,
        names,
        logger,
        announce: overRedis,
        stats,
        knownTasks: [{ task_name: 'tasks.offered', example_params: { a: 1 } }],
        ...(options.access === undefined ? {} : { access: options.access }),
        ...(options.taskNames === undefined ? {} : { taskNames: options.taskNames }),
      });
    },
  });
  await live.start();
  await dispatcher.start();
  await server.start();
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const authorization = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    const headers = { ...init.headers, ...authorization };
    const response = await fetch(`${server.url()}${path}`, { ...init, headers });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    service,
    jobs,
    url: server.url(),
    live,
    announce: async (announcement) => {
      live.announce(announcement);
      await overRedis(announcement);
    },
    get: (path) => ask(path, {}),
    flushStats: () => service.recordStats('test', stats.pending()),
    post: (path, body, headers = { 'content-type': 'application/json' }) => {
      if (body === undefined) return ask(path, { method: 'POST' });
      return ask(path, {
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await dispatcher.stop();
      await live.stop();
      endConnection(redis);
      await jobs.close();
    },
  };
}
