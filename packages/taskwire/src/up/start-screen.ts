import path from 'node:path';
import type { Screen } from '../terminal/screen.ts';

export interface RunningSystem {
  /** Of the web process. */
  readonly url: string;
  readonly redisUrl: string;
  readonly isPrivateRedis: boolean;
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly logDirectory: string;
  /** How the command is called here. */
  readonly command: string;
}

/** What `taskwire up` says when everything runs: where it is, and what to try first. */
export function startScreen({ style }: Pick<Screen, 'style'>, system: RunningSystem): string {
  const { url, command } = system;
  const row = (name: string, value: string): string => `  ${style('dim', name.padEnd(9))}  ${value}`;
  const line = (words: string, meaning: string): string =>
    `  ${style('cyan', `${command} ${words}`.padEnd(TRY_WIDTH))}  ${style('dim', meaning)}`;
  const database =
    system.databaseUrl === undefined
      ? `embedded, in ${path.join(system.dataDir, 'database')}`
      : `PostgreSQL at ${placeOf(system.databaseUrl)}`;
  return [
    '',
    row('dashboard', style(['bold', 'cyan'], url)),
    row('API', `${url}/docs`),
    row('redis', system.isPrivateRedis ? `private, ${system.redisUrl}` : `at ${placeOf(system.redisUrl)}`),
    row('database', database),
    row('logs', system.logDirectory),
    '',
    'In another terminal:',
    line(`tasks run ${FIRST_TASK} --wait`, 'a first task'),
    line('tail', 'what happens, as it happens'),
    line('doctor', 'whether all is well'),
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}

const FIRST_TASK = 'tasks.web.system.analyze_resources';
const TRY_WIDTH = 64;

/** Without user and password. */
function placeOf(address: string): string {
  const { host, pathname } = new URL(address);
  return `${host}${pathname}`;
}
