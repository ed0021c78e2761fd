import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { pythonForTests } from './installed-programs.ts';
import { type Exit, endDescendants, startOwnedProcess } from './owned-process.ts';
import { waitUntil } from './wait-until.ts';

export interface StartProcessOptions {
  readonly arguments?: readonly string[];
  /** Added to what a newcomer's shell has: the caller's own taskwire settings are not handed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Further flags for node itself, before the file. */
  readonly nodeFlags?: readonly string[];
  /** As in {@link OwnedProcessOptions}. */
  readonly wrapper?: readonly string[];
}

/**
 * Node keeps here what it compiled: with it a process of ours starts in half the time. Those that end by themselves
 * fill it; no test depends on it.
 */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url));

/** A file of ours that runs as a process of its own. */
export interface StartedProcess extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  isRunning(): boolean;
  /** What it wrote so far, standard output and standard error as they came. */
  output(): string;
  /**
   * Waits for a line, also one that came before the call.
   * @throws Error with its output when it ends without it, or after `timeoutMs` (default 20,000).
   */
  waitForLine(line: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** SIGTERM, and how it ended. @throws Error when it has not ended after `timeoutMs` (default 10,000). */
  stop(timeoutMs?: number): Promise<Exit>;
  /** SIGKILL, to it alone. */
  kill(): Promise<Exit>;
  /** SIGSTOP. */
  freeze(): void;
  thaw(): void;
}

const SETTINGS_OF_THE_CALLER =
  /^(NODE_TEST_CONTEXT|REDIS_URL|DATABASE_URL|PORT|LOG_LEVEL|ENABLE_TASK_STATUS_LISTENER|ENABLE_STATUS_NOTIFICATIONS|WORKER_CONTAINER_ID|TASK_STATUS_.*|TASKWIRE_.*|OTEL_.*)$/;

/** Runs `file` with this Node from the sources. It and all it started end when disposed, at the latest with us. */
export function startProcess(file: string | URL, options: StartProcessOptions = {}): Promise<StartedProcess> {
  const flags = ['--conditions=taskwire-source', ...(options.nodeFlags ?? [])];
  return startProgram(process.execPath, [...flags, pathOf(file), ...(options.arguments ?? [])], options);
}

/** Runs a Python file with the Python that has what the tests need; otherwise as {@link startProcess}. */
export function startPython(
  file: string | URL,
  options: Omit<StartProcessOptions, 'nodeFlags'> = {},
): Promise<StartedProcess> {
  return startProgram(pythonForTests(), [pathOf(file), ...(options.arguments ?? [])], options);
}

const pathOf = (file: string | URL): string => (file instanceof URL ? fileURLToPath(file) : file);

/** What it said before its end arrives after it. */
const LAST_WORDS_MS = 50;

function newsWithin(news: EventEmitter, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      news.off('news', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    news.on('news', done);
  });
}

/** Runs a program. It and all it started end when disposed, at the latest with us. */
export async function startProgram(
  program: string,
  programArguments: readonly string[],
  options: Pick<StartProcessOptions, 'env' | 'cwd' | 'wrapper'> = {},
): Promise<StartedProcess> {
  const inherited = Object.entries(process.env).filter(([name]) => !SETTINGS_OF_THE_CALLER.test(name));
  const file = [program, ...programArguments].find((argument) => /\.(ts|py)$/.test(argument)) ?? program;
  const owned = await startOwnedProcess(program, programArguments, {
    cwd: options.cwd,
    wrapper: options.wrapper,
    env: { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: COMPILE_CACHE, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    withDescendants: true,
  });
  let output = '';
  let hasEnded = false;
  const news = new EventEmitter();
  for (const stream of [owned.child.stdout, owned.child.stderr]) {
    // A process that somebody forgot must not keep the test file from ending, and with it from being ended.
    if (stream instanceof Socket) stream.unref();
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      news.emit('news');
    });
  }
  const noMoreWords = (): void => {
    hasEnded = true;
    news.emit('news');
  };
  owned.child.once('close', noMoreWords);
  // Who holds its output open after it may never close it.
  owned.child.once('exit', () => setTimeout(noMoreWords, LAST_WORDS_MS).unref());
  const end = async (signal: NodeJS.Signals, timeoutMs: number): Promise<Exit> => {
    owned.signal(signal);
    owned.signal('SIGCONT'); // What is frozen takes no SIGTERM before.
    const what = `the end of ${file} after ${signal}`;
    await waitUntil(() => !owned.isRunning(), { what, timeoutMs }).catch((cause: unknown) => {
      throw new Error(`waited ${timeoutMs} ms for ${what}; it said:\n${output}`, { cause });
    });
    return owned.exited;
  };

  return {
    pid: owned.pid,
    get exited() {
      return owned.exited;
    },
    isRunning: owned.isRunning,
    output: () => output,
    waitForLine: async (line, timeoutMs = 20_000) => {
      let searchedTo = 0;
      const search = () => {
        const lines = output.slice(searchedTo).split('\n');
        // The last one may go on.
        searchedTo = output.lastIndexOf('\n') + 1;
        return lines.map((each) => line.exec(each)).find((match) => match !== null);
      };
      // Told of news instead of looking every now and then: a benchmark waits here, on the machine that it measures.
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const match = search();
        if (match !== undefined) return match;
        if (hasEnded) throw new Error(`${file} ended without saying ${line}; it said:\n${output}`);
        const leftMs = deadline - performance.now();
        if (leftMs <= 0)
          throw new Error(`${file} did not say ${line} in ${timeoutMs} ms; it said:\n${output}`);
        await newsWithin(news, leftMs);
      }
    },
    stop: (timeoutMs = 10_000) => end('SIGTERM', timeoutMs),
    kill: () => end('SIGKILL', 10_000),
    freeze: () => owned.signal('SIGSTOP'),
    thaw: () => owned.signal('SIGCONT'),
    [Symbol.asyncDispose]: async () => {
      endDescendants(owned);
      await owned.exited;
    },
  };
}
