import path from 'node:path';
import { readSettings, type Settings } from '@taskwire/protocol';
import type { CommandInput, Environment } from '../command-line/command.ts';
import { runOnce } from '../once/run-once.ts';
import { findWorkerMain } from '../process/worker-main.ts';
import { createScreen, type Screen } from '../terminal/screen.ts';
import { refuseTakenPort } from '../up/refuse-taken-port.ts';
import { startScreen } from '../up/start-screen.ts';
import { createSystem } from '../up/system.ts';

/** `taskwire up`: everything on this machine, in processes of its own. */
export async function up({ env, options }: CommandInput): Promise<number> {
  const settings = readSettings(env);
  const workerMain = findWorkerMain(settings);
  const screen = createScreen(process.stdout);
  // Empty counts as unset, as everywhere.
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  const shared = {
    env,
    workerMain,
    screen,
    privateRedis: !isSet('REDIS_URL'),
    stop: stopSignal(),
  };
  if (options.once === true) {
    const port = isSet('PORT') ? settings.port : 0;
    await refuseTakenPort({ ...settings, port });
    const dataDir = isSet('TASKWIRE_DATA_DIR') ? path.resolve(settings.dataDir) : undefined;
    return runOnce({ ...shared, settings: { ...settings, port }, dataDir });
  }
  await refuseTakenPort(settings);
  return runUntilStopped({ ...shared, settings });
}

/** Aborted by Ctrl-C and SIGTERM; a second Ctrl-C ends us at once, and what we started with us. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted && signal === 'SIGINT') process.exit(130);
      stop.abort();
    });
  }
  return stop.signal;
}

interface UpOptions {
  readonly env: Environment;
  readonly settings: Settings;
  readonly workerMain: string;
  readonly screen: Screen;
  readonly privateRedis: boolean;
  readonly stop: AbortSignal;
}

async function runUntilStopped(options: UpOptions): Promise<number> {
  const { settings, screen, stop } = options;
  const dataDir = path.resolve(settings.dataDir);
  let failure: string | undefined;
  const told = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
  const ended = Promise.withResolvers<void>();
  const system = createSystem({
    ...options,
    dataDir,
    childEnv: {},
    webEnv: {},
    workerEnv: {},
    restarts: true,
    onConcern: screen.concern,
    onEnd: (who, words) => {
      failure = `${who}: ${words}`;
      ended.resolve();
    },
  });
  screen.say('taskwire starts …');
  stop.addEventListener('abort', () => system.interrupt());
  try {
    await system.start();
  } catch (error) {
    if (stop.aborted) return 0;
    throw error;
  }
  screen.say(
    startScreen(screen, {
      url: system.url(),
      redisUrl: system.redisUrl(),
      isPrivateRedis: options.privateRedis,
      databaseUrl: settings.databaseUrl,
      dataDir,
      logDirectory: system.logDirectory,
      // Sources are run by those who have the repository.
      command: import.meta.url.endsWith('.ts') ? './taskwire' : 'taskwire',
    }),
  );
  await Promise.race([told, ended.promise]);
  screen.say('taskwire stops …');
  await system.stop();
  if (failure === undefined) return 0;
  process.stderr.write(`taskwire up: ${failure}\n`);
  return 1;
}
