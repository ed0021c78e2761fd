import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readSettings } from '@taskwire/protocol';
import type { CommandInput } from '../command-line/command.ts';
import { findWorkerMain } from '../process/worker-main.ts';

/** `taskwire worker`: runs the worker as a process of its own, with our environment, output and signals. */
export async function worker({ env }: CommandInput): Promise<number> {
  const main = findWorkerMain(readSettings(env));
  const child = spawn(process.execPath, [...process.execArgv, main], { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  process.on('SIGTERM', forward);
  process.on('SIGINT', forward);
  const [code] = await once(child, 'exit');
  process.off('SIGTERM', forward);
  process.off('SIGINT', forward);
  return typeof code === 'number' ? code : 1;
}
