import assert from 'node:assert/strict';
import { type Battlefield, type BattlefieldOptions, prepareBattlefield } from './battlefield.ts';
import { describeVerdict, isClean } from './ledger/check-ledger.ts';

/** One listener and a few busy publishers, with work already going on. */
export async function fieldUnderLoad(options: BattlefieldOptions = {}): Promise<Battlefield> {
  const field = await prepareBattlefield(options);
  try {
    await Promise.all([field.startListener(), field.startPublishers(3, { eventsPerS: 200 })]);
    await field.progress(300);
    return field;
  } catch (error) {
    await field[Symbol.asyncDispose]();
    throw error;
  }
}

/** "Lost 0, doubled 0, invented 0, wrong rows 0", after everything accepted has been acknowledged. */
export async function assertClean(field: Battlefield): Promise<void> {
  const verdict = await field.judge();
  assert.ok(verdict.accepted > 0, 'the test put no load on');
  assert.ok(isClean(verdict), describeVerdict(verdict));
}
