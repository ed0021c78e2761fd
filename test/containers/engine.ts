import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram, waitUntil } from '@taskwire/test-harness';

/** What is expensive to make is kept here from run to run: a base image, and the layers of what was built. */
const KEPT = process.env.CONTAINERS_KEPT ?? '/var/tmp/taskwire-containers';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A first build fetches packages and compiles everything. */
const BUILD_MS_MAX = 900_000;

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

/** @returns why there can be no engine here; null where there can */
export function whyNoEngine(): string | null {
  if (run('docker', ['version', '--format', '{{.Client.Version}}'], {}, 10_000).status !== 0) {
    return 'no docker command: on Debian, apt-get install docker.io docker-compose debootstrap';
  }
  if (composeCommand() === null) return 'no compose: on Debian, apt-get install docker-compose';
  if (engineAnswers({})) return null;
  if (process.getuid?.() !== 0) return 'no container engine answers, and only root could start one';
  return run('dockerd', ['--version'], {}, 10_000).status === 0 ? null : 'no container engine answers';
}

/** The engine of this machine, or else one of our own that ends with us; with base images and ours built. */
export async function prepareEngine(): Promise<Engine> {
  const own = engineAnswers({}) ? null : await startEngine();
  const env = own === null ? {} : { DOCKER_HOST: own.address };
  const orThrow = (program: string, given: readonly string[], more: object, timeoutMs: number): string => {
    const { status, stdout, stderr } = run(program, given, { ...env, ...more }, timeoutMs);
    if (status === 0) return stdout;
    throw new Error(
      `${program} ${given.join(' ')}: exit ${status}\n${stdout.slice(-4_000)}${stderr.slice(-4_000)}`,
    );
  };
  const [composeProgram = '', ...composeWords] = composeCommand() ?? [];
  const engine: Engine = {
    docker: (given, timeoutMs = 60_000) => orThrow('docker', given, {}, timeoutMs),
    compose: (folder, given, more = {}) =>
      orThrow(composeProgram, [...composeWords, '--project-directory', folder, ...given], more, 120_000),
    [Symbol.asyncDispose]: async () => own?.stop(),
  };
  const standIns = path.join(ROOT, 'test/containers/make-stand-ins.sh');
  orThrow('sh', [standIns, KEPT, process.execPath], {}, BUILD_MS_MAX);
  for (const role of ['web', 'worker']) {
    const file = path.join(ROOT, `deploy/images/${role}.Dockerfile`);
    const build = ['build', '--network', 'host', '-q', '-f', file, '-t', `taskwire-${role}`, ROOT];
    orThrow('docker', build, { DOCKER_BUILDKIT: '0' }, BUILD_MS_MAX);
  }
  return engine;
}

async function startEngine() {
  mkdirSync(KEPT, { recursive: true });
  const address = `unix://${KEPT}/engine.sock`;
  const server = await startProgram('dockerd', [
    ...['--data-root', `${KEPT}/engine`, '--exec-root', `${KEPT}/run`, '--pidfile', `${KEPT}/engine.pid`],
    ...['--host', address, '--log-level', 'warn'],
  ]);
  await waitUntil(() => existsSync(`${KEPT}/engine.sock`) && engineAnswers({ DOCKER_HOST: address }), {
    what: 'the container engine',
    timeoutMs: 60_000,
  });
  return { address, stop: async () => void (await server.stop(60_000)) };
}

const engineAnswers = (env: Readonly<Record<string, string>>): boolean =>
  run('docker', ['info', '--format', '{{.ServerVersion}}'], env, 10_000).status === 0;

function composeCommand(): readonly string[] | null {
  if (run('docker', ['compose', 'version'], {}, 10_000).status === 0) return ['docker', 'compose'];
  return run('docker-compose', ['version'], {}, 10_000).status === 0 ? ['docker-compose'] : null;
}

const run = (program: string, given: readonly string[], env: object, timeoutMs: number) =>
  spawnSync(program, given, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: timeoutMs,
    maxBuffer: 64 * 1_048_576,
  });
