import { setTimeout as pause } from 'node:timers/promises';
import { type PublisherClient, prepareBattlefield } from '../battlefield.ts';
import type { Verdict } from '../ledger/check-ledger.ts';
import { FAULTS, type Target } from './storm-faults.ts';
import { drawSchedule } from './storm-schedule.ts';

/** Runs the schedule of a seed on new servers and judges it by the ledger. */
export async function runStorm(seed: number, client?: PublisherClient): Promise<Verdict> {
  const schedule = drawSchedule(seed);
  await using field = await prepareBattlefield({ seed, ...(client === undefined ? {} : { client }) });
  const { eventsPerS } = schedule;
  const target: Target = { field, eventsPerS, listeners: [], publishers: [] };
  for (let i = 0; i < schedule.listeners; i++) target.listeners.push(await field.startListener());
  for (let slot = 0; slot < schedule.publishers; slot++) {
    target.publishers.push(await field.startPublisher({ slot, eventsPerS }));
  }
  for (const { afterMs, fault, at, ms } of schedule.steps) {
    await pause(afterMs);
    await FAULTS[fault]?.(target, at, ms);
  }
  // Awaited here, since leaving this block ends everything that is judged.
  return await field.judge();
}
