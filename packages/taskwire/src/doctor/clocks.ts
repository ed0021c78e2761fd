import { type Finding, ok, problem, warning } from './finding.ts';

/** Another clock, compared with ours. */
export interface ClockReading {
  readonly whose: 'redis' | 'database';
  /** Theirs minus ours, ms. */
  readonly aheadMs: number;
  /** As much as the way there and back leaves open, ms. */
  readonly uncertaintyMs: number;
}

const TRIES = 5;

/** Asks a clock some times and takes the quickest answer: it says the most. @param now ms since 1970, ours */
export async function readClock(
  whose: ClockReading['whose'],
  ask: () => Promise<number>,
  now: () => number,
): Promise<ClockReading> {
  let best: ClockReading | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    const before = now();
    const theirs = await ask();
    const after = now();
    const reading = { whose, aheadMs: theirs - (before + after) / 2, uncertaintyMs: (after - before) / 2 };
    if (best === undefined || reading.uncertaintyMs < best.uncertaintyMs) best = reading;
  }
  return best ?? { whose, aheadMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY };
}

const NOTICEABLE_MS = 1_000;
const BAD_MS = 60_000;

export function judgeClock({ whose, aheadMs, uncertaintyMs }: ClockReading): Finding {
  const check = `clocks.${whose}`;
  const certainMs = Math.max(0, Math.abs(aheadMs) - uncertaintyMs);
  const name = whose === 'redis' ? 'Redis' : 'the database';
  const direction = aheadMs > 0 ? 'ahead of' : 'behind';
  const words = `the clock of ${name} is ${secondsOf(aheadMs)} ${direction} that of this machine (± ${secondsOf(uncertaintyMs)})`;
  const advice =
    'Let all machines keep their time by NTP or chrony. Events carry the time of their worker: a wrong one shows wrong durations, and can let the wrong one of two events without attempt win.';
  if (certainMs >= BAD_MS) return problem(check, words, advice);
  if (certainMs >= NOTICEABLE_MS) return warning(check, words, advice);
  return ok(
    check,
    `the clock of ${name} agrees with that of this machine (± ${secondsOf(Math.max(Math.abs(aheadMs), uncertaintyMs))})`,
  );
}

const secondsOf = (ms: number): string => `${(Math.abs(ms) / 1_000).toFixed(3)} s`;
