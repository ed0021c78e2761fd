import { isClean, type Verdict } from '../../test/chaos/ledger/check-ledger.ts';
import { runStorm, whyNoNetworkFaults } from '../../test/chaos/storm/run-storm.ts';
import { drawSchedule } from '../../test/chaos/storm/storm-schedule.ts';
import type { Examine } from './requirement.ts';

/**
 * Storms of faults at the same time on Redis, database, network and processes, judged by what publishers were told was
 * accepted. Each run draws new ones; the seeds are in the report, and `npm run storm` repeats one.
 */
export const examineDelivery: Examine = async ({ storms }) => {
  const firstSeed = 1 + Math.floor(Math.random() * 1_000_000);
  const seeds = Array.from({ length: storms }, (_, index) => firstSeed + index);
  const verdicts: Verdict[] = [];
  for (const seed of seeds) verdicts.push(await runStorm(seed));
  const sum = (count: (verdict: Verdict) => number) =>
    verdicts.reduce((total, each) => total + count(each), 0);
  const accepted = sum((verdict) => verdict.accepted);
  const lost = sum((verdict) => verdict.lost.length);
  const doubled = sum((verdict) => verdict.doubled.length);
  const faults = seeds.flatMap((seed) => Object.values(drawSchedule(seed).tracks).flat()).length;
  const without = whyNoNetworkFaults() === false ? '' : ', without those of the network';
  const under = `${accepted} events under ${faults} faults${without} (seeds ${seeds.join(', ')})`;
  return {
    outcomes: [
      {
        requirement: 'status changes that reach the database',
        asked: '> 99.9 %',
        bar: 'all, under every fault',
        measured: `${(100 * (1 - lost / accepted)).toFixed(3)} % of ${under}`,
        passed: accepted > 0 && lost === 0,
      },
      { requirement: 'lost', asked: '< 0.01 %', bar: '0', measured: String(lost), passed: lost === 0 },
      {
        requirement: 'duplicates in the history',
        asked: '',
        bar: '0',
        measured: String(doubled),
        passed: doubled === 0,
      },
      {
        requirement: 'rows that are the merge of their events, and events that somebody sent',
        asked: '',
        bar: 'all',
        measured: `${sum((verdict) => verdict.wrongRows.length)} wrong, ${sum((verdict) => verdict.invented.length)} invented`,
        passed: verdicts.every(isClean),
      },
    ],
    charts: [],
  };
};
