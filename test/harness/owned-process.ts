import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import type { SystemUser } from './system-user.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process that cannot outlive this one. */
export interface OwnedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** How it ended, once it has; waiting for it keeps this process from ending. */
  readonly exited: Promise<Exit>;
  isRunning(): boolean;
  /** Does nothing when it has ended. */
  signal(name: NodeJS.Signals): void;
}

export interface OwnedProcessOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'stdio'> {
  readonly user?: SystemUser | undefined;
  /**
   * A command that becomes the one behind it, in other surroundings: `['nsenter', '--net=…', '--']`. It runs as who we
   * are, and as root only where root is needed for it.
   */
  readonly wrapper?: readonly string[] | undefined;
  /** What it gets when we end before it. Default SIGKILL. */
  readonly signalAtOurEnd?: 'SIGKILL' | 'SIGQUIT';
  /** Gives it a process group, and at our end the signal goes to all of that group. */
  readonly withDescendants?: boolean;
}

const running = new Map<OwnedProcess, () => void>();
let hooksInstalled = false;

/**
 * Starts `command`. It does not keep this process from ending, and ends with it: by an exit hook, and on Linux by the
 * kernel, so that also `kill -9` of a test leaves nothing behind.
 * @throws Error when the command cannot be started.
 */
export async function startOwnedProcess(
  command: string,
  commandArguments: readonly string[],
  options: OwnedProcessOptions = {},
): Promise<OwnedProcess> {
  installHooks();
  const {
    user,
    wrapper = [],
    signalAtOurEnd = 'SIGKILL',
    withDescendants = false,
    ...spawnOptions
  } = options;
  // Whoever wraps it may need rights that the user has not, so the user comes behind the wrapper.
  const change = wrapper.length > 0 && user !== undefined ? becomeUser(user) : [];
  const [file = command, ...argv] = [
    ...wrapper,
    ...change,
    ...dieWithParent(signalAtOurEnd),
    command,
    ...commandArguments,
  ];
  const owner = change.length > 0 ? undefined : user;
  const child = spawn(file, argv, { ...spawnOptions, ...owner, detached: withDescendants });
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();

  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has no process id`);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const owned: OwnedProcess = {
    child,
    pid,
    get exited() {
      if (isRunning()) child.ref();
      return exited;
    },
    isRunning,
    signal: (name) => {
      if (isRunning()) process.kill(pid, name);
    },
  };
  running.set(owned, () => {
    if (withDescendants) signalGroup(pid, signalAtOurEnd);
    else owned.signal(signalAtOurEnd);
  });
  // With descendants it stays on the list: its group may outlive it.
  if (!withDescendants) exited.then(() => running.delete(owned));
  return owned;
}

/** Ends all that is left of a process started `withDescendants`. */
export function endDescendants(owned: OwnedProcess): void {
  running.delete(owned);
  signalGroup(owned.pid, 'SIGKILL');
}

function signalGroup(leader: number, name: NodeJS.Signals): void {
  try {
    process.kill(-leader, name);
  } catch {
    // The group is gone.
  }
}

function installHooks(): void {
  if (hooksInstalled) return;
  hooksInstalled = true;
  process.once('exit', () => {
    for (const end of running.values()) end();
  });
  // Without a handler these end the process with no exit event.
  for (const [name, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const) {
    process.once(name, () => process.exit(128 + number));
  }
}

const becomeUser = ({ uid, gid }: SystemUser): readonly string[] => [
  'setpriv',
  `--reuid=${uid}`,
  `--regid=${gid}`,
  '--clear-groups',
  '--',
];

let setprivKnowsDeathSignals: boolean | undefined;

function dieWithParent(signal: 'SIGKILL' | 'SIGQUIT'): readonly string[] {
  if (process.platform !== 'linux') return [];
  setprivKnowsDeathSignals ??= String(spawnSync('setpriv', ['--help']).stdout).includes('--pdeathsig');
  return setprivKnowsDeathSignals ? ['setpriv', '--pdeathsig', signal.slice('SIG'.length), '--'] : [];
}
