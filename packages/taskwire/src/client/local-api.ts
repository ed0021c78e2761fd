import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import {
  announceOverRedis,
  createConnectionPool,
  createTaskStatusService,
  type Database,
  inspectSchema,
  openDatabase,
  optionsOfSettings,
} from '@taskwire/listener';
import {
  createSecretParams,
  createService,
  redisNames,
  redisNodes,
  type Service,
  type Settings,
  silentLogger,
  TaskwireError,
  taskQueueName,
} from '@taskwire/protocol';
import {
  createLiveUpdates,
  createTaskDispatcher,
  createTaskQueue,
  createTokenAccess,
  createWebServer,
  readAccessTokens,
  taskwireServer,
} from '@taskwire/server';

export interface LocalApi extends Service {
  url(): string;
  /** Drawn for this one command; nobody else on the machine gets in. */
  readonly token: string;
}

/**
 * The HTTP API within this process, over the database and the Redis of the settings: what commands use where there is no
 * web process. It listens on a port of its own on 127.0.0.1. It runs no listener and changes no schema.
 * `start()` throws TaskwireError `database_unsuitable` where the schema is not that of this taskwire.
 */
export async function createLocalApi(
  settings: Settings,
  { writes }: { readonly writes: boolean },
): Promise<LocalApi> {
  const [clock, random, logger] = [Date.now, Math.random, silentLogger];
  const names = redisNames(settings);
  const token = randomBytes(24).toString('base64url');
  const database = await openDatabase(settings);
  const service = createTaskStatusService(database, { ...optionsOfSettings(settings).service, clock });
  const secrets = createSecretParams(settings.secretParams);
  const servers = {
    redisUrl: settings.redisUrl,
    redisCaFile: settings.redisCaFile,
    redisNodes: redisNodes(settings),
  };
  const pool = createConnectionPool({
    url: servers.redisUrl,
    caFile: servers.redisCaFile,
    nodes: servers.redisNodes,
    role: 'command',
    logger,
    random,
  });
  const taskQueue = taskQueueName(settings);
  const queue = createTaskQueue({
    connectionTo: pool.to,
    queue: taskQueue,
    names,
    secrets,
  });
  const dispatcher = createTaskDispatcher({ service, queue, logger, clock, random });
  const live = createLiveUpdates({
    database,
    ...servers,
    names,
    consumer: null,
    logger,
    random,
  });
  const server = createWebServer({
    host: '127.0.0.1',
    port: 0,
    logger,
    routes: (app) => {
      app.register(taskwireServer, {
        database,
        service,
        dispatcher,
        listener: null,
        live,
        names,
        dashboard: false,
        secrets,
        eventBytesMax: settings.eventBytesMax,
        announce: announceOverRedis(pool.to(names.stream), names, logger),
        access: createTokenAccess({ tokens: commandToken(token), sessionMs: 0, clock }),
        requestsPerMinute: 0,
        logger,
      });
    },
  });
  return {
    ...createService({
      onStart: async () => {
        await refuseOtherSchema(database);
        // So that an event whose part of the history is gone is refused here as everywhere.
        if (writes) await service.maintain();
        pool.begin();
        await server.start();
        await live.start();
        await dispatcher.start();
      },
      onStop: async () => {
        await server.stop();
        await dispatcher.stop();
        await live.stop();
        pool.end();
        await database.close();
      },
    }),
    url: () => server.url(),
    token,
  };
}

/** Under the name of who runs the command: it is what the audit log shows. */
const commandToken = (token: string) => {
  const user = userInfo()
    .username.replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 40);
  return readAccessTokens({
    operatorTokens: [`${user}@command-line:${token}`],
    operatorTokensFile: undefined,
    viewerTokens: [],
    viewerTokensFile: undefined,
  });
};

async function refuseOtherSchema(database: Database): Promise<void> {
  const { pending } = await inspectSchema(database);
  if (pending.length === 0) return;
  throw new TaskwireError(
    'database_unsuitable',
    `the schema of the database is not up to date (${pending.join(', ')}); run taskwire migrate, or start taskwire web`,
  );
}
