import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram } from '@taskwire/test-harness';
import { composeCommand, engineAnswers } from '../../scripts/setup/find-container-engine.js';

/** What is expensive to make is kept here from run to run: a base image, and the layers of what was built. */
const KEPT = process.env.CONTAINERS_KEPT ?? '/var/tmp/taskwire-containers';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A first build fetches packages and compiles everything. */
const BUILD_MS_MAX = 900_000;
const ENGINE_START_MS_MAX = 180_000;
const ENGINE_STOP_MS_MAX = 60_000;

/** A container engine, and how to talk to it. */
export interface Engine extends AsyncDisposable {
  /** Runs `docker` with these arguments. @throws Error with what it said, where it fails */
  docker(commandArguments: readonly string[], timeoutMs?: number): string;
  /** The same for compose, in a folder with a docker-compose.yml. */
  compose(
    folder: string,
    commandArguments: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): string;
}

/** The engine of this machine, or else one of our own that ends with us; with base images and ours built. */
export async function prepareEngine(): Promise<Engine> {
  const own = engineAnswers() ? null : await startEngine();
  const engine = engineAt(own);
  try {
    if (own !== null) removeLeftovers(engine);
    engine.run('sh', [path.join(ROOT, 'test/containers/make-stand-ins.sh'), KEPT, process.execPath]);
    for (const role of ['web', 'worker', 'celery']) {
      const file = path.join(ROOT, `deploy/images/${role}.Dockerfile`);
      engine.run('docker', ['build', '--network', 'host', '-q', '-f', file, '-t', `taskwire-${role}`, ROOT]);
    }
    return engine;
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}

interface OwnEngine {
  readonly address: string;
  stop(): Promise<void>;
}

async function startEngine(): Promise<OwnEngine> {
  mkdirSync(KEPT, { recursive: true });
  const address = `unix://${KEPT}/engine.sock`;
  const server = await startProgram('dockerd', [
    ...['--data-root', `${KEPT}/engine`, '--exec-root', `${KEPT}/run`, '--pidfile', `${KEPT}/engine.pid`],
    ...['--host', address],
  ]);
  await server.waitForLine(/API listen on/, ENGINE_START_MS_MAX);
  return {
    address,
    stop: async () => {
      await server.stop(ENGINE_STOP_MS_MAX);
      // It leaves this mounted, and a folder with a mount in it cannot be removed.
      spawnSync('umount', [`${KEPT}/run/netns/default`]);
    },
  };
}

function engineAt(
  own: OwnEngine | null,
): Engine & { run(program: string, given: readonly string[]): string } {
  // The builder that every engine has.
  const env = { DOCKER_BUILDKIT: '0', ...(own === null ? {} : { DOCKER_HOST: own.address }) };
  const orThrow = (program: string, given: readonly string[], more: object, timeoutMs: number): string => {
    const { status, stdout, stderr } = run(program, given, { ...env, ...more }, timeoutMs);
    if (status === 0) return stdout;
    throw new Error(
      `${program} ${given.join(' ')}: exit ${status}\n${stdout.slice(-4_000)}${stderr.slice(-4_000)}`,
    );
  };
  const [composeProgram = '', ...composeWords] = composeCommand() ?? [];
  return {
    run: (program, given) => orThrow(program, given, {}, BUILD_MS_MAX),
    docker: (given, timeoutMs = 60_000) => orThrow('docker', given, {}, timeoutMs),
    compose: (folder, given, more = {}) =>
      orThrow(composeProgram, [...composeWords, '--project-directory', folder, ...given], more, 120_000),
    [Symbol.asyncDispose]: async () => own?.stop(),
  };
}

/** A run that was killed leaves containers, and an engine starts them again. */
function removeLeftovers({ docker }: Engine): void {
  const containers = docker(['ps', '-aq']).split('\n').filter(Boolean);
  if (containers.length > 0) docker(['rm', '-f', '-v', ...containers]);
  docker(['network', 'prune', '-f']);
  docker(['volume', 'prune', '-f']);
}

const run = (program: string, given: readonly string[], env: object, timeoutMs: number) =>
  spawnSync(program, given, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: timeoutMs,
    maxBuffer: 64 * 1_048_576,
  });
