import path from 'node:path';
import { readSettings, type Settings } from '@taskwire/protocol';
import type { CommandInput, Environment } from '../command-line/command.ts';
import { runOnce } from '../once/run-once.ts';
import { findWorkerMain } from '../process/worker-main.ts';
import { createScreen, type Screen } from '../terminal/screen.ts';
import { refuseTakenPort } from '../up/refuse-taken-port.ts';
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
  sayWhereEverythingIs(options, system.url(), system.redisUrl(), dataDir, system.logDirectory);
  await Promise.race([told, ended.promise]);
  screen.say('taskwire stops …');
  await system.stop();
  if (failure === undefined) return 0;
  process.stderr.write(`taskwire up: ${failure}\n`);
  return 1;
}

function sayWhereEverythingIs(
  { settings, screen, privateRedis }: UpOptions,
  url: string,
  redisUrl: string,
  dataDir: string,
  logDirectory: string,
): void {
  const { style } = screen;
  const row = (name: string, value: string): string => `  ${style('dim', name.padEnd(9))} ${value}`;
  const database =
    settings.databaseUrl === undefined
      ? `embedded, in ${path.join(dataDir, 'database')}`
      : `PostgreSQL at ${placeOf(settings.databaseUrl)}`;
  screen.say(
    [
      '',
      row('address', style(['bold', 'cyan'], url)),
      row('redis', privateRedis ? `private, ${redisUrl}` : `at ${placeOf(redisUrl)}`),
      row('database', database),
      row('logs', logDirectory),
      '',
      'Submit a task:',
      `  curl -s ${url}/api/v1/tasks -H 'content-type: application/json' \\`,
      `    -d '{"task_name":"tasks.web.system.analyze_resources"}'`,
      'and see what becomes of it:',
      `  curl -s '${url}/api/v1/tasks?limit=1'`,
      '',
      'Ctrl-C stops everything.',
    ].join('\n'),
  );
}

/** Without user and password. */
function placeOf(address: string): string {
  const { host, pathname } = new URL(address);
  return `${host}${pathname}`;
}
