import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeVerdict, isClean } from '../ledger/check-ledger.ts';
import { runStorm } from './run-storm.ts';
import { describeSchedule, drawSchedule } from './storm-schedule.ts';

for (const [seed, client] of [
  [1, 'typescript'],
  [2, 'python'],
  [3, 'typescript'],
] as const) {
  it(`loses and doubles nothing in the storm of ${describeSchedule(drawSchedule(seed))} (${client})`, async () => {
    const verdict = await runStorm(seed, process.env.CHAOS_PUBLISHERS === undefined ? client : undefined);
    assert.ok(isClean(verdict), describeVerdict(verdict));
  });
}
