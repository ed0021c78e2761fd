import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import {
  freshDatabaseUrl,
  isolatedRedisNames,
  type StartedProcess,
  startProcess,
  waitUntil,
} from '@taskwire/test-harness';
import { runCommandLine } from '../src/command-line/run-command-line.ts';
import type { Terminal } from '../src/terminal/terminal.ts';
import { recordTerminal } from './record-terminal.ts';

const MAIN = new URL('../src/main.ts', import.meta.url);

/** A machine that has much else to do starts a process in this time. */
export const SLOW_MS = 90_000;

export type CommandEnvironment = Readonly<Record<string, string>>;

/** Settings of a deployment of its own: names in Redis, a new database, a folder. */
export async function commandEnvironment(t: TestContext, redisUrl: string) {
  const names = isolatedRedisNames();
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-commands-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return {
    REDIS_URL: redisUrl,
    DATABASE_URL: await freshDatabaseUrl(),
    PORT: '0',
    TASKWIRE_DATA_DIR: directory,
    TASKWIRE_TASK_QUEUE: names.prefix.replaceAll(':', '-'),
    TASKWIRE_KEY_PREFIX: names.prefix,
    TASK_STATUS_REDIS_CHANNEL: names.channel,
    TASK_STATUS_QUEUE_NAME: names.queue,
  };
}

/** The command as a process. */
export const taskwire = (env: CommandEnvironment, ...words: readonly string[]): Promise<StartedProcess> =>
  startProcess(MAIN, { env, arguments: words });

/** The command, run to its end: its exit code and all that it said. */
export async function result(env: CommandEnvironment, ...words: readonly string[]) {
  await using command = await taskwire(env, ...words);
  return { ...(await command.exited), output: command.output().trim() };
}

/** The command within this process, which is quicker than {@link result}; for commands that end by themselves. */
export const run = (env: CommandEnvironment, ...words: readonly string[]) => runWith({}, env, ...words);

/** The same on a terminal that differs in something. */
export async function runWith(
  terminalTraits: Partial<Terminal>,
  env: CommandEnvironment,
  ...words: readonly string[]
) {
  const { terminal, out, err } = recordTerminal(terminalTraits);
  const code = await runCommandLine({ arguments: words, env, version: 'test', terminal });
  return { code, output: out.join('\n').trim(), errors: err.join('\n').trim() };
}

/** The objects that a command with `--json` wrote, a line each. */
export const objectsIn = (output: string) =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
    .map((line): any => JSON.parse(line));

/** Where a server process says it listens. */
export const urlOf = async (server: StartedProcess): Promise<string> =>
  (await server.waitForLine(/"url":"([^"]+)"/, SLOW_MS))[1] ?? '';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
export const json = async (address: string): Promise<any> => (await fetch(address)).json();

export const ready = (url: string) =>
  waitUntil(async () => (await fetch(`${url}/health/ready`)).status === 200, {
    what: 'readiness',
    timeoutMs: SLOW_MS,
  });
