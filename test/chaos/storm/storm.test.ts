import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeVerdict, isClean } from '../ledger/check-ledger.ts';
import { runStorm } from './run-storm.ts';
import { describeSchedule, drawSchedule } from './storm-schedule.ts';

for (const seed of [1, 2, 3]) {
  it(`loses and doubles nothing in the storm of ${describeSchedule(drawSchedule(seed))}`, async () => {
    const verdict = await runStorm(seed);
    assert.ok(isClean(verdict), describeVerdict(verdict));
  });
}
