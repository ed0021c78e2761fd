import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { backoffMs, createService, type Service, TaskwireError } from '@taskwire/protocol';
import type { Environment } from '../command-line/command.ts';
import { moduleUrl } from '../process/beside.ts';
import { memoryLimits } from '../process/memory-limits.ts';
import { isReadyMessage } from '../process/ready-message.ts';
import type { LogFile } from './log-file.ts';
import { concernOf } from './log-line.ts';

export interface ChildProgramOptions {
  readonly name: string;
  readonly main: string;
  readonly arguments: readonly string[];
  /** Asked at each start. */
  readonly env: () => Environment;
  /** Whether it says when it is ready; one that does not is when it runs. */
  readonly saysReady: boolean;
  readonly restarts: boolean;
  readonly log: LogFile;
  /** What of its log concerns the person at the terminal. */
  readonly onConcern: (words: string) => void;
  /** It ended for good without being told to, and why. */
  readonly onEnd: (words: string) => void;
}

export interface ChildProgram extends Service {
  /** Where it said it listens. */
  url(): string | undefined;
  /** Makes a start under way fail now. */
  interrupt(): void;
}

/** Who dies as early as this, and says why, has a wrong setting, and would again. */
const EARLY_MS = 3_000;
/** Ours are gone after 4.7 s. */
const STOP_MS_MAX = 6_000;
const RESTART = { firstMs: 250, factor: 2, maxMs: 10_000 };
/** What ran this long begins with quick restarts again. */
const HEALTHY_AFTER_MS = 30_000;

/**
 * A process of ours that is kept running. It is in a group of its own, so that Ctrl-C in the terminal reaches it by us
 * and in order, and it ends by itself when we are gone (`end-with-parent.ts`).
 * `start()` throws TaskwireError `stopped` with its last words where it ends before it is ready.
 */
export function createChildProgram(options: ChildProgramOptions): ChildProgram {
  const { name, log } = options;
  let child: ChildProcess | undefined;
  let isStopping = false;
  let restart: NodeJS.Timeout | undefined;
  let launches = 0;
  let failures = 0;
  let lastWords = '';
  let url: string | undefined;

  /** Resolves when it is ready. */
  function launch(): Promise<void> {
    const env = { ...options.env() };
    const limits = memoryLimits(options.arguments[0], process.execArgv, env);
    const launched = spawn(
      process.execPath,
      [
        ...process.execArgv,
        ...(limits?.flags ?? []),
        `--import=${moduleUrl('process/end-with-parent').href}`,
        options.main,
        ...options.arguments,
      ],
      { env: { ...env, ...limits?.env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true },
    );
    child = launched;
    lastWords = '';
    launches += 1;
    const begun = performance.now();
    for (const stream of [launched.stdout, launched.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => hear(line, stream === launched.stderr));
    }
    return new Promise((resolve, reject) => {
      launched.once('spawn', () => options.saysReady || resolve());
      launched.on('message', (message) => {
        if (!isReadyMessage(message)) return;
        url = message.ready.url;
        resolve();
      });
      launched.once('error', reject);
      // After its output has come to its end, so that its last words are known.
      launched.once('close', (code, signal) => {
        const how = signal === null ? `exit code ${code}` : signal;
        const words = lastWords === '' ? `${name} ended (${how}); ${log.path} may say why` : lastWords;
        reject(new TaskwireError('stopped', words));
        const hasSaidWhy = code !== null && lastWords !== '';
        ended(words, performance.now() - begun, hasSaidWhy);
      });
    });
  }

  function hear(line: string, isError: boolean): void {
    log.write(line);
    if (isError) lastWords = line.replace(/^taskwire [a-z]+: /, '');
    // Before it is ready its last words are told anyway.
    const concern = isError && launches === 1 ? null : concernOf(line);
    if (concern !== null && !isStopping) options.onConcern(concern);
  }

  function ended(words: string, ranMs: number, hasSaidWhy: boolean): void {
    if (isStopping) return;
    if (!options.restarts || (hasSaidWhy && launches === 1 && ranMs < EARLY_MS)) {
      options.onEnd(words);
      return;
    }
    failures = ranMs > HEALTHY_AFTER_MS ? 1 : failures + 1;
    const restartInMs = backoffMs(RESTART, failures, Math.random());
    options.onConcern(`ended: ${words}; it starts again in ${(restartInMs / 1_000).toFixed(1)} s`);
    restart = setTimeout(() => launch().catch(() => {}), restartInMs);
  }

  const lifecycle = createService({
    onStart: async () => {
      isStopping = false;
      launches = 0;
      await launch();
    },
    onStop: async () => {
      isStopping = true;
      clearTimeout(restart);
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const stopped = child;
      const timer = setTimeout(() => stopped.kill('SIGKILL'), STOP_MS_MAX);
      const closed = once(stopped, 'close');
      stopped.kill('SIGTERM');
      await closed;
      clearTimeout(timer);
    },
  });
  return {
    ...lifecycle,
    url: () => url,
    interrupt: () => {
      isStopping = true;
      child?.kill('SIGTERM');
    },
  };
}
