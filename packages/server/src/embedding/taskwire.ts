import type { IncomingMessage } from 'node:http';
import { createTaskRequestRepository, type TaskRequest } from '@taskwire/listener';
import {
  asEnvironment,
  createSecretParams,
  type Logger,
  readSettings,
  redisNames,
  type Service,
  type Settings,
  silentLogger,
  TaskwireError,
} from '@taskwire/protocol';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type Access, createOpenAccess } from '../access/access.ts';
import { createApplicationAccess, type WhoAsks } from '../access/application-access.ts';
import { type TokenSettings, tokenAccessOf } from '../access/token-access-of.ts';
import { compileCheck } from '../http/request-validation.ts';
import { announceEverywhere } from '../live/announce-everywhere.ts';
import { NewTaskSchema } from '../schemas/task-schemas.ts';
import { hideSecrets } from '../secrets/hide-secrets.ts';
import { createSubmitTask } from '../submission/submit-task.ts';
import { type NewTask, wishOf } from '../submission/task-wish.ts';
import { type TaskwireServerOptions, taskwireServer } from '../taskwire-server.ts';
import { type ChangesOptions, type LiveChange, readChanges } from './changes.ts';
import { type ClosableHandler, createNodeHandler, type NodeHandler } from './node-handler.ts';
import { createWebParts, type WebSettings } from './web-parts.ts';

type EmbeddedSettings = WebSettings &
  TokenSettings &
  Pick<Settings, 'requestsPerMinute' | 'metricsOpen' | 'trustedProxies' | 'secretParams'>;

/** How an application wants its pages and routes of taskwire. */
export interface TaskwireWishes
  extends Pick<TaskwireServerOptions, 'taskNames' | 'knownTasks' | 'dashboard'> {
  /** Default: nothing is said. A pino instance is one, and so is `app.log` of Fastify. */
  readonly logger?: Logger;
  /** The schema is up to date for the first time. */
  readonly onSchemaReady?: () => void;
}

/** Settings by their names in code; those that are not given come from the environment. */
export type TaskwireOptions = TaskwireWishes & {
  readonly [Key in keyof EmbeddedSettings]?: EmbeddedSettings[Key] | undefined;
} & {
  /** Default: that of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
};

export interface MountOptions<Request> {
  /**
   * Who asks, and what that one may do: an application that knows its users brings its own. Unset, or null for one
   * request: whoever has a token of the settings; where there are none, whoever sits at this machine.
   */
  readonly access?: WhoAsks<Request>;
}

export interface HandlerOptions {
  /** Where it lives, such as `/taskwire`, if the framework does not take that off the address. */
  readonly prefix?: string;
  // A method, so that it may ask for the request of a framework, which is an IncomingMessage and more.
  access?(request: IncomingMessage): ReturnType<WhoAsks<IncomingMessage>>;
}

/** taskwire within a web application: `start()` before or after its server listens, `stop()` when that has stopped. */
export interface Taskwire extends Service {
  /** API, live updates and dashboard: `app.register(taskwire.fastify, { prefix: '/taskwire' })`. */
  readonly fastify: FastifyPluginAsync<MountOptions<FastifyRequest>>;
  /** The same for any other framework: `app.use('/taskwire', taskwire.handler())`. */
  handler(options?: HandlerOptions): NodeHandler;
  /**
   * Submits a task. It is in the database when this returns, and comes into the queue whatever happens.
   * @throws TaskwireError `request_invalid`, `task_unknown`, `task_exists`, `database_unavailable`
   */
  submit(task: NewTask): Promise<TaskRequest>;
  /** The row of a task; null where there is none. @throws TaskwireError `database_unavailable` */
  task(taskRequestId: string): Promise<TaskRequest | null>;
  /** What changes from now on, on any replica: `for await (const change of taskwire.changes()) …` */
  changes(options?: ChangesOptions): AsyncIterable<LiveChange>;
}

/**
 * Everything that a web application needs of taskwire, by its settings and the environment.
 * @throws TaskwireError `setting_invalid`, `database_unavailable` for an embedded database that does not open
 */
export async function createTaskwire(options: TaskwireOptions = {}): Promise<Taskwire> {
  const { env = process.env, logger, onSchemaReady, taskNames, knownTasks, dashboard, ...given } = options;
  // Those two are the application's own, and may be of another form than ours.
  const { PORT: _port, LOG_LEVEL: _level, ...environment } = env;
  const settings = readSettings({ ...environment, ...asEnvironment(given) });
  return createTaskwireOf(settings, options);
}

/** The same from settings that were read already. */
export async function createTaskwireOf(
  settings: EmbeddedSettings,
  wishes: TaskwireWishes = {},
): Promise<Taskwire> {
  const { logger = silentLogger } = wishes;
  const clock = Date.now;
  const tokens = tokenAccessOf(settings, clock);
  const parts = await createWebParts({ settings, logger, ...wishes });
  const { database, service, dispatcher, stats } = parts;
  const secrets = createSecretParams(settings.secretParams);
  const tasks = hideSecrets(secrets).tasks(createTaskRequestRepository(database));
  const submit = createSubmitTask({
    service,
    dispatcher,
    stats,
    clock,
    secrets,
    announce: announceEverywhere(parts.live, parts.announce),
    ...(wishes.taskNames === undefined ? {} : { taskNames: wishes.taskNames }),
  });
  const checkNewTask = compileCheck(NewTaskSchema);
  const handlers: ClosableHandler[] = [];

  const accessOf = (whoAsks: WhoAsks<FastifyRequest> | undefined): Access =>
    whoAsks === undefined ? (tokens ?? createOpenAccess()) : createApplicationAccess(whoAsks, tokens);
  const pluginOptions = (whoAsks: WhoAsks<FastifyRequest> | undefined): TaskwireServerOptions => ({
    ...wishes,
    secrets,
    database,
    service,
    dispatcher,
    listener: parts.listener,
    live: parts.live,
    names: redisNames(settings),
    announce: parts.announce,
    stats,
    eventBytesMax: settings.eventBytesMax,
    tracing: parts.tracing,
    parts: [parts.schemaHealth],
    access: accessOf(whoAsks),
    requestsPerMinute: settings.requestsPerMinute,
    metricsOpen: settings.metricsOpen,
    logger,
  });
  const handler: Taskwire['handler'] = ({ prefix = '', access } = {}) => {
    const closable = createNodeHandler({
      prefix,
      logger,
      trustedProxies: settings.trustedProxies,
      routes: (app) => {
        app.register(taskwireServer, pluginOptions(access && (({ raw }) => access(raw))));
      },
    });
    handlers.push(closable);
    return closable.handle;
  };
  let hasStopped = false;
  const stop = async (): Promise<void> => {
    hasStopped = true;
    await Promise.all(handlers.map((each) => each.close()));
    await parts.stop();
    await database.close();
  };
  return {
    start: async () => {
      if (hasStopped) throw new TaskwireError('stopped', 'This taskwire has stopped; create another one');
      await parts.start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
    fastify: async (app, { access }) => {
      await app.register(taskwireServer, pluginOptions(access));
    },
    handler,
    submit: async (task) => {
      const checked = checkNewTask(task);
      if (checked.error !== undefined) throw checked.error;
      return submit(wishOf(checked.value));
    },
    task: (taskRequestId) => tasks.get(taskRequestId),
    changes: (changesOptions = {}) => readChanges(parts.live, changesOptions),
  };
}
