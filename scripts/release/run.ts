import { spawnSync } from 'node:child_process';
import { ReleaseRefusal } from './release-refusal.ts';

interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** @returns what it wrote. @throws ReleaseRefusal with its last words where it fails */
export function run(program: string, given: readonly string[], { cwd, env = {} }: RunOptions): string {
  const { status, error, stdout, stderr } = spawnSync(program, given, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1_048_576,
  });
  if (status === 0) return stdout.trim();
  const words = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-20).join('\n');
  throw new ReleaseRefusal(`\`${[program, ...given].join(' ')}\` failed: ${words}`);
}

export const succeeds = (program: string, given: readonly string[], { cwd }: RunOptions): boolean =>
  spawnSync(program, given, { cwd, stdio: 'ignore' }).status === 0;
