import { parseArgs } from 'node:util';
import { describeVerdict, isClean } from '../ledger/check-ledger.ts';
import { runStorm } from './run-storm.ts';
import { describeSchedule, drawSchedule } from './storm-schedule.ts';

/** `npm run storm -- --seed N --schedules K`: K schedules from seed N on. Exit code 1 when one fails. */
const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, schedules: { type: 'string', default: '5' } },
});
const first = Number(values.seed);
const totals = { schedules: 0, events: 0, lost: 0, doubled: 0, invented: 0, wrongRows: 0 };
const failed: number[] = [];
for (let seed = first; seed < first + Number(values.schedules); seed++) {
  const startedAt = performance.now();
  try {
    const verdict = await runStorm(seed);
    totals.events += verdict.accepted;
    totals.lost += verdict.lost.length;
    totals.doubled += verdict.doubled.length;
    totals.invented += verdict.invented.length;
    totals.wrongRows += verdict.wrongRows.length;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(
      `${isClean(verdict) ? 'ok' : 'FAILED'} seed ${seed} (${seconds} s): ${describeVerdict(verdict)}`,
    );
    if (!isClean(verdict)) failed.push(seed);
  } catch (error) {
    failed.push(seed);
    console.log(`FAILED seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  }
  if (failed.at(-1) === seed) console.log(describeSchedule(drawSchedule(seed)));
  totals.schedules += 1;
}
console.log(
  `${totals.schedules} schedules, ${totals.events} events: lost ${totals.lost}, doubled ${totals.doubled}, invented ${totals.invented}, wrong rows ${totals.wrongRows}` +
    (failed.length === 0 ? '' : `; failed seeds: ${failed.join(', ')}`),
);
process.exitCode = failed.length === 0 ? 0 : 1;
