import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Settings, TaskwireError } from '@taskwire/protocol';
import { createApiClient } from '../client/api-client.ts';
import type { Environment } from '../command-line/command.ts';
import type { Screen } from '../terminal/screen.ts';
import { isolateNames } from '../up/isolated-names.ts';
import { createSystem } from '../up/system.ts';
import { type FollowedTask, followTasks } from './follow-tasks.ts';
import { nineTasks } from './nine-tasks.ts';
import { createSurroundings, type Surroundings } from './surroundings.ts';
import { changeLine, resultTable } from './task-lines.ts';

export interface RunOnceOptions {
  readonly env: Environment;
  readonly settings: Settings;
  readonly workerMain: string;
  readonly screen: Screen;
  readonly privateRedis: boolean;
  /** Undefined: a folder for this run alone, so that it works while another `taskwire up` runs. */
  readonly dataDir: string | undefined;
  readonly stop: AbortSignal;
}

/** For everything, on a slow machine that starts it for the first time; a few seconds as a rule. */
const RUN_MS_MAX = 60_000;

/**
 * Starts everything, runs each of the nine tasks once, shows how they go as the database gets to know it, and stops
 * everything. @returns 0 when all are SUCCESS, 1 otherwise
 */
export async function runOnce(options: RunOnceOptions): Promise<number> {
  const { screen, settings } = options;
  const ownDirectory = mkdtempSync(path.join(tmpdir(), 'taskwire-once-'));
  const dataDir = options.dataDir ?? ownDirectory;
  const ownToken = randomBytes(32).toString('base64url');
  const failed = new AbortController();
  const signal = AbortSignal.any([options.stop, failed.signal, AbortSignal.timeout(RUN_MS_MAX)]);
  const surroundings = createSurroundings(ownDirectory);
  const isolated = options.privateRedis ? undefined : isolateNames(settings);
  await surroundings.start();
  const system = createSystem({
    ...options,
    dataDir,
    childEnv: isolated?.env ?? {},
    webEnv: needsToken(settings) ? { TASKWIRE_OPERATOR_TOKENS: tokensWith(ownToken, settings) } : {},
    workerEnv: { TASKWIRE_NETWORK_ALLOW: allowListFor(surroundings, settings) },
    restarts: false,
    onConcern: screen.concern,
    onEnd: (who, words) => failed.abort(new TaskwireError('stopped', `${who}: ${words}`)),
  });
  signal.addEventListener('abort', () => system.interrupt());
  let followed: readonly FollowedTask[] = [];
  try {
    screen.say('taskwire starts …');
    await system.start();
    screen.say(`taskwire is at ${system.url()} and runs each of its tasks once:\n`);
    followed = await followTasks({
      api: createApiClient({
        url: system.url(),
        token: needsToken(settings) ? ownToken : undefined,
        advice: 'its log says why',
        signal,
      }),
      tasks: nineTasks(surroundings),
      signal,
      onChange: (task, change) => screen.say(changeLine(screen, task, change)),
    });
    return conclude(options, followed, signal, system.logDirectory);
  } finally {
    await system.stop();
    await surroundings.stop();
    await isolated?.sweep();
    // Where something went wrong, its logs are what is wanted.
    if (options.dataDir !== undefined || isAllSuccess(followed)) {
      rmSync(ownDirectory, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

function conclude(
  { screen, stop }: RunOnceOptions,
  followed: readonly FollowedTask[],
  signal: AbortSignal,
  logDirectory: string,
): number {
  screen.say(`\n${resultTable(screen, followed)}\n`);
  const succeeded = followed.filter(({ task }) => task?.status === 'SUCCESS').length;
  const words = `${succeeded} of ${followed.length} tasks are SUCCESS`;
  if (isAllSuccess(followed)) {
    screen.say(screen.style('green', words));
    return 0;
  }
  const { reason } = signal;
  const why = stop.aborted
    ? ', since it was told to stop'
    : signal.aborted
      ? `: ${reason instanceof TaskwireError ? reason.message : `not more within ${RUN_MS_MAX / 1_000} s`}`
      : '';
  process.stderr.write(`taskwire up: ${words}${why}; logs are in ${logDirectory}\n`);
  return 1;
}

const isAllSuccess = (followed: readonly FollowedTask[]): boolean =>
  followed.length > 0 && followed.every(({ task }) => task?.status === 'SUCCESS');

const needsToken = (settings: Settings): boolean =>
  settings.operatorTokens.length + settings.viewerTokens.length > 0 ||
  settings.operatorTokensFile !== undefined ||
  settings.viewerTokensFile !== undefined;

/** Ours is for this run alone, and the others go on working. */
const tokensWith = (ownToken: string, settings: Settings): string =>
  [...settings.operatorTokens, `taskwire-up-once:${ownToken}`].join(',');

/** What the settings allow, and our own two servers. */
const allowListFor = (surroundings: Surroundings, { networkAllow }: Settings): string =>
  [
    ...networkAllow,
    `${surroundings.host}:${surroundings.echoPort()}`,
    `${surroundings.host}:${surroundings.tlsPort()}`,
  ].join(',');
