import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DirectoryLock, lockDirectory } from '@taskwire/listener';
import { createService, type Service, type Settings, TaskwireError } from '@taskwire/protocol';
import type { Environment } from '../command-line/command.ts';
import { moduleUrl } from '../process/beside.ts';
import { certificateKeyEnvironment } from './certificate-keys.ts';
import { createChildProgram } from './child-program.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import { createPrivateRedis } from './private-redis.ts';
import { removeUpAddress, writeUpAddress } from './up-address.ts';

export interface SystemOptions {
  readonly settings: Settings;
  readonly env: Environment;
  /** Absolute; made where it is missing. */
  readonly dataDir: string;
  readonly workerMain: string;
  /** Whether Redis is started here; otherwise it is where the settings say. */
  readonly privateRedis: boolean;
  /** Set over `env` for web process and worker. */
  readonly childEnv: Environment;
  /** Set over that for the web process alone. */
  readonly webEnv: Environment;
  /** Set over that for the worker alone. */
  readonly workerEnv: Environment;
  /** Whether what dies is started again. */
  readonly restarts: boolean;
  /** Something to tell the person at the terminal. */
  readonly onConcern: (who: string, words: string) => void;
  /** A program ended for good. */
  readonly onEnd: (who: string, words: string) => void;
}

export interface System extends Service {
  /** Of the web process, once it has started. */
  url(): string;
  redisUrl(): string;
  readonly logDirectory: string;
  interrupt(): void;
}

/** A run before us that was killed needs as long to end as its programs do. */
const LOCK_WAIT_MS = 8_000;

/** Secrets of the other side; empty counts as unset. What a process does not have it cannot leak. */
const NOT_FOR_THE_WEB_PROCESS = {
  TASKWIRE_CERTIFICATE_KEYS: '',
  TASKWIRE_CERTIFICATE_KEYS_FILE: '',
  TASKWIRE_SIGNING_KEY: '',
  TASKWIRE_SIGNING_KEY_FILE: '',
} as const;
const NOT_FOR_THE_WORKER = {
  DATABASE_URL: '',
  TASKWIRE_OPERATOR_TOKENS: '',
  TASKWIRE_OPERATOR_TOKENS_FILE: '',
  TASKWIRE_VIEWER_TOKENS: '',
  TASKWIRE_VIEWER_TOKENS_FILE: '',
  TASKWIRE_VERIFY_KEYS: '',
  TASKWIRE_VERIFY_KEYS_FILE: '',
  TASKWIRE_SIGNATURES_REQUIRED: '',
} as const;

/**
 * Everything that `taskwire up` runs. Started in this order: Redis, then the web process (it makes the tables and
 * listens), then the worker. Stopped in reverse: workers say goodbye while somebody listens, the web process commits what
 * has arrived while Redis can still be told so.
 */
export function createSystem(options: SystemOptions): System {
  const { settings, dataDir } = options;
  const logDirectory = path.join(dataDir, 'logs');
  let logs: readonly LogFile[] = [];
  let lock: DirectoryLock | undefined;
  let started: Service[] = [];
  let url: string | undefined;
  let redisUrl = settings.redisUrl;
  let interrupt: () => void = () => {};

  const lockDataDirectory = async () => {
    lock = await lockDirectory(dataDir, 'up.lock', LOCK_WAIT_MS);
    if (lock !== undefined) return;
    throw new TaskwireError(
      'setting_invalid',
      `TASKWIRE_DATA_DIR: another taskwire up runs in ${dataDir}; stop it, or set another folder`,
    );
  };

  return {
    ...createService({ onStart, onStop }),
    logDirectory,
    redisUrl: () => redisUrl,
    url: () => {
      if (url === undefined) throw new TaskwireError('stopped', 'the web process has not started');
      return url;
    },
    interrupt: () => interrupt(),
  };

  async function onStart(): Promise<void> {
    await lockDataDirectory();
    const openLog = (name: string): LogFile => {
      const log = openLogFile(logDirectory, name);
      logs = [...logs, log];
      return log;
    };
    if (options.privateRedis) {
      const redis = createPrivateRedis({
        directory: path.join(dataDir, 'redis'),
        log: openLog('redis'),
        onEnd: (ms) => options.onConcern('redis', `ended; it starts again in ${(ms / 1_000).toFixed(1)} s`),
      });
      await startNext(redis);
      redisUrl = redis.url;
    }
    const common = (): Environment => ({
      ...options.env,
      ...options.childEnv,
      REDIS_URL: redisUrl,
      TASKWIRE_DATA_DIR: dataDir,
    });
    const program = (name: 'web' | 'worker') => ({
      name,
      restarts: options.restarts,
      onConcern: (words: string) => options.onConcern(name, words),
      onEnd: (words: string) => options.onEnd(name, words),
    });
    const web = createChildProgram({
      ...program('web'),
      main: fileURLToPath(moduleUrl('main')),
      arguments: ['web'],
      // A web process that is started again has to be where it was.
      env: () => ({
        ...common(),
        ...NOT_FOR_THE_WEB_PROCESS,
        PORT: url === undefined ? String(settings.port) : new URL(url).port,
        ...options.webEnv,
      }),
      saysReady: true,
      log: openLog('web'),
    });
    const worker = createChildProgram({
      ...program('worker'),
      main: options.workerMain,
      arguments: [],
      env: () => ({
        ...common(),
        ...NOT_FOR_THE_WORKER,
        ...certificateKeyEnvironment(settings, dataDir),
        ...options.workerEnv,
      }),
      saysReady: false,
      log: openLog('worker'),
    });
    interrupt = () => {
      web.interrupt();
      worker.interrupt();
    };
    await startNext(web);
    url = web.url();
    writeUpAddress(dataDir, { url: url ?? '', redisUrl: options.privateRedis ? redisUrl : null });
    await startNext(worker);
  }

  async function startNext(service: Service): Promise<void> {
    started.unshift(service);
    await service.start();
  }

  async function onStop(): Promise<void> {
    removeUpAddress(dataDir);
    for (const service of started) await service.stop();
    started = [];
    for (const log of logs) log.close();
    logs = [];
    lock?.release();
    lock = undefined;
  }
}
