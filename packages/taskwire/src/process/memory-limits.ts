import { fileURLToPath } from 'node:url';

/**
 * How a listener keeps small without anybody reading a manual. Left to itself, Node lets the heap of a busy listener grow
 * to several times what is in use: what one batch needs is garbage when the next one comes, and there is always memory.
 */

/** A batch on its way lives a few tens of milliseconds; a larger nursery would only be filled with more of them. */
const SEMI_SPACE_MIB_MAX = 2;

/** By how much what is in use may grow before it is looked through again. */
const HEAP_GROWING_PERCENT = 30;

/**
 * Far above what is ever in use, and far below what a container has: two batches of the largest events, parsed. The
 * two limits above keep the heap small; this one only turns a leak into an end that a supervisor sees.
 */
const OLD_SPACE_MIB_MAX = 256;

/** Its middle compiler, without which the last one would leave us with hardly any. Older versions may have it switched off. */
const HAS_MAGLEV = Number.parseInt(process.versions.node, 10) >= 24;

const FLAGS: readonly string[] = [
  `--max-semi-space-size=${SEMI_SPACE_MIB_MAX}`,
  `--heap-growing-percent=${HEAP_GROWING_PERCENT}`,
  `--max-old-space-size=${OLD_SPACE_MIB_MAX}`,
  // So small a nursery is emptied sooner by one thread than it is shared out among several, which wait for each other
  // where the processors have other things to do: a tenth of the time of a busy listener.
  '--no-parallel-scavenge',
];

/** Of a listener by itself, which has less to compile and fewer objects than a web process. */
const FLAGS_OF_A_LISTENER: readonly string[] = [
  ...FLAGS,
  // What the last compiler gains on its code it spends on compiling, and 5 MiB of the program are touched by it alone.
  // What the middle one gains by putting functions into others cannot be measured either, and it takes up to 22 MiB.
  ...(HAS_MAGLEV ? ['--no-turbofan', '--no-maglev-inlining'] : []),
  // Its code that is not optimised is four times as large as what it is made of, and the functions in which the time is
  // spent are optimised soon: 2 MiB.
  '--no-sparkplug',
  // The nursery has 1 MiB with it, whatever was said above.
  '--optimize-for-size',
  // So small a heap is looked through in 10 ms. Doing that beside everything else takes as long from the processors,
  // which have other things to do, and meanwhile the heap grows.
  '--no-incremental-marking',
  // When that is done, is up to us (keep-heap-small.ts).
  '--expose-gc',
];

/** What an operator sets by hand counts, and then all of it: half of our limits beside theirs help nobody. */
const SET_BY_HAND = /--(max[-_](semi|old)[-_]space[-_]size|max[-_]heap[-_]size|heap[-_]growing[-_]percent)/;

const LIMITED_COMMANDS: readonly (string | undefined)[] = ['web', 'listener'];

type Environment = Readonly<Record<string, string | undefined>>;

/** What node is to be started with. */
export interface NodeStart {
  readonly flags: readonly string[];
  /** Set over the environment. */
  readonly env: Environment;
}

/**
 * The limits for a process that runs this command; null where it needs none, or has got some already.
 * @param flags those that node was started with
 */
export function memoryLimits(
  command: string | undefined,
  flags: readonly string[],
  env: Environment,
): NodeStart | null {
  const isSet = SET_BY_HAND.test([...flags, env.NODE_OPTIONS ?? ''].join(' '));
  if (isSet || !LIMITED_COMMANDS.includes(command)) return null;
  return {
    flags: command === 'listener' ? FLAGS_OF_A_LISTENER : FLAGS,
    env: {
      // One heap of the C library for all threads: several keep what the others could use.
      MALLOC_ARENA_MAX: env.MALLOC_ARENA_MAX ?? '1',
      // What is larger goes back to the system as soon as it is done with. Buffers that sockets read into (64 KiB) do not:
      // that takes them from the system each time as well, which was a third of what a listener did.
      MALLOC_MMAP_THRESHOLD_: env.MALLOC_MMAP_THRESHOLD_ ?? '131072',
      ...compileCache(env),
    },
  };
}

/** Sources without a build are stripped of their types at each start, by a program of 20 MiB, unless that is kept. */
function compileCache(env: Environment): Environment {
  if (!import.meta.url.endsWith('.ts') || env.NODE_COMPILE_CACHE !== undefined) return {};
  return {
    NODE_COMPILE_CACHE: fileURLToPath(new URL('../../../../node_modules/.cache/compile', import.meta.url)),
  };
}

/**
 * Replaces this process by the same one within its limits (`execve`: same id, same output, nobody outside notices).
 * V8 takes these limits at its start only. Returns where there is nothing to do, or no way to do it: with a channel to
 * the parent, which would not survive and whose parent sets the limits itself, and on systems without `execve`.
 */
export function startWithinLimits(): void {
  if (process.channel !== undefined || process.execve === undefined) return;
  const limits = memoryLimits(process.argv[2], process.execArgv, process.env);
  if (limits === null) return;
  const [node, ...line] = process.argv;
  if (node === undefined) return;
  process.execve(process.execPath, [node, ...limits.flags, ...process.execArgv, ...line], {
    ...process.env,
    ...limits.env,
  });
}
