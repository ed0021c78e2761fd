import { readFlags, wholeNumberFlag } from '@taskwire/test-harness';
import { describeVerdict, isClean } from '../ledger/check-ledger.ts';
import { runStorm, whyNoNetworkFaults } from './run-storm.ts';
import { describeSchedule, drawSchedule } from './storm-schedule.ts';

/**
 * `npm run storm -- --seed N --schedules K --parallel P`: K schedules from seed N on, P at a time, each on servers of
 * its own. Ends with one line for all of them, and exit code 1 when one fails.
 */
const { values: flags } = readFlags({
  options: {
    seed: { type: 'string', default: '1' },
    schedules: { type: 'string', default: '5' },
    parallel: { type: 'string', default: '1' },
  },
});
const first = wholeNumberFlag('seed', flags.seed);
const last = first + wholeNumberFlag('schedules', flags.schedules) - 1;
const parallel = wholeNumberFlag('parallel', flags.parallel);
const totals = { schedules: 0, faults: 0, events: 0, lost: 0, doubled: 0, invented: 0, wrongRows: 0 };
const failed: number[] = [];
const begun = performance.now();
const secondsSince = (ms: number): string => ((performance.now() - ms) / 1_000).toFixed(1);

const missing = whyNoNetworkFaults();
if (missing !== false) console.log(`without the faults of the network: ${missing}`);
let next = first;
await Promise.all(Array.from({ length: parallel }, runOneAfterTheOther));
console.log(
  `${totals.schedules} schedules (seeds ${first} to ${last}), ${totals.faults} faults, ${totals.events} events in ${secondsSince(begun)} s: ` +
    `lost ${totals.lost}, doubled ${totals.doubled}, invented ${totals.invented}, wrong rows ${totals.wrongRows}; ` +
    (failed.length === 0 ? 'no seed failed' : `failed seeds: ${failed.toSorted((a, b) => a - b).join(', ')}`),
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function runOneAfterTheOther(): Promise<void> {
  while (next <= last) await run(next++);
}

async function run(seed: number): Promise<void> {
  const schedule = drawSchedule(seed);
  const startedAt = performance.now();
  totals.schedules += 1;
  totals.faults += Object.values(schedule.tracks).flat().length;
  try {
    const verdict = await runStorm(seed);
    totals.events += verdict.accepted;
    totals.lost += verdict.lost.length;
    totals.doubled += verdict.doubled.length;
    totals.invented += verdict.invented.length;
    totals.wrongRows += verdict.wrongRows.length;
    const clean = isClean(verdict);
    console.log(
      `${clean ? 'ok' : 'FAILED'} seed ${seed} (${secondsSince(startedAt)} s): ${describeVerdict(verdict)}`,
    );
    if (clean) return;
  } catch (error) {
    console.log(`FAILED seed ${seed} (${secondsSince(startedAt)} s): ${describeError(error)}`);
  }
  failed.push(seed);
  console.log(describeSchedule(schedule));
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\n  because of ${describeError(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
