import { setTimeout as pause } from 'node:timers/promises';
import { divideNetwork, whyNoDividedNetwork } from '@taskwire/test-harness';
import { untilPublishersAreTold } from '../back-in-time.ts';
import { PARTIES, type PublisherClient, prepareBattlefield } from '../battlefield.ts';
import type { Verdict } from '../ledger/check-ledger.ts';
import { BACK_IN_TIME } from './database-faults.ts';
import type { Target } from './fault.ts';
import { FAULTS, type Subject } from './storm-faults.ts';
import { drawSchedule } from './storm-schedule.ts';

/** What a storm leaves out on this machine, as a sentence; false where it can do everything. */
export const whyNoNetworkFaults = whyNoDividedNetwork;

/** Runs the schedule of a seed on new servers and judges it by the ledger. */
export async function runStorm(seed: number, client?: PublisherClient): Promise<Verdict> {
  const schedule = drawSchedule(seed);
  await using network = whyNoNetworkFaults() === false ? await divideNetwork(PARTIES) : null;
  await using field = await prepareBattlefield({
    seed,
    ...(network === null ? {} : { network }),
    ...(client === undefined ? {} : { client }),
  });
  const { eventsPerS } = schedule;
  const [listeners, publishers] = await Promise.all([
    Promise.all(Array.from({ length: schedule.listeners }, () => field.startListener())),
    field.startPublishers(schedule.publishers, { eventsPerS }),
  ]);
  const target: Target = { field, network, eventsPerS, listeners, publishers: [...publishers] };

  const strike = async (subject: Subject): Promise<void> => {
    for (const { afterMs, fault, at, ms } of schedule.tracks[subject]) {
      await pause(afterMs);
      await FAULTS[subject][fault]?.(target, at, ms).catch((cause: unknown) => {
        throw new Error(`the storm could not do it: ${fault}`, { cause });
      });
    }
  };
  const struck = await Promise.allSettled((Object.keys(schedule.tracks) as Subject[]).map(strike));
  for (const result of struck) if (result.status === 'rejected') throw result.reason;
  if (schedule.tracks.database.some(({ fault }) => fault === BACK_IN_TIME)) {
    await untilPublishersAreTold(field);
    // What a worker that had ended before has lost waits in its outbox, for the next one there; with an event to send, it
    // has to talk to Redis.
    const heirs = await field.startPublishers(schedule.publishers, { eventsPerS, eventsMax: 1 });
    for (const heir of heirs) {
      if ((await heir.exited).code !== 0) throw new Error(`an outbox was not emptied:\n${heir.output()}`);
    }
  }
  // Awaited here, since leaving this block ends everything that is judged.
  return await field.judge();
}
