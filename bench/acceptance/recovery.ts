import { setTimeout as lasts } from 'node:timers/promises';
import { divideNetwork, whyNoDividedNetwork } from '@taskwire/test-harness';
import { PARTIES, type Party, prepareBattlefield } from '../../test/chaos/battlefield.ts';
import { isClean } from '../../test/chaos/ledger/check-ledger.ts';
import { type Examine, number, type Outcome } from './requirement.ts';

const EVENTS_PER_S = 200;
const RESTARTS = 5;
const CUTS_EACH = 3;
const CUT_MS = 1_000;
const RECOVERY_MS_MAX = 2_000;
const LINKS: readonly (readonly [Party, Party])[] = [
  ['workers', 'redis'],
  ['web', 'redis'],
  ['web', 'database'],
];

/** From the end of what was wrong to the next event in the database. */
export const examineRecovery: Examine = async () => ({
  outcomes: [await afterRestarts(), await afterNetworkFaults()],
  charts: [],
});

/** A listener that is killed outright, and started again at once as an orchestrator does. */
async function afterRestarts(): Promise<Outcome> {
  await using field = await prepareBattlefield();
  let listener = await field.startListener();
  await field.startPublishers(3, { eventsPerS: EVENTS_PER_S });
  await field.progress(EVENTS_PER_S);
  const recoveriesMs: number[] = [];
  for (let restart = 0; restart < RESTARTS; restart++) {
    await listener.kill();
    const begun = performance.now();
    const progress = field.progress(1);
    listener = await field.startListener();
    await progress;
    recoveriesMs.push(performance.now() - begun);
    await lasts(500);
  }
  const clean = isClean(await field.judge());
  const longestMs = Math.max(...recoveriesMs);
  return {
    requirement: 'recovery after a container restart',
    asked: '< 10 s',
    bar: '< 2 s',
    measured: `${number(longestMs / 1000)} s at most of ${RESTARTS}${clean ? '' : ', with events lost or doubled'}`,
    passed: clean && longestMs < RECOVERY_MS_MAX,
  };
}

async function afterNetworkFaults(): Promise<Outcome> {
  const line = {
    requirement: 'automatic retry after network faults succeeds',
    asked: '> 95 %',
    bar: '100 %',
  };
  const impossible = whyNoDividedNetwork();
  if (impossible !== false) return { ...line, measured: `not measured: ${impossible}`, passed: false };
  await using network = await divideNetwork(PARTIES);
  await using field = await prepareBattlefield({ network });
  await field.startListener();
  await field.startPublishers(3, { eventsPerS: EVENTS_PER_S });
  await field.progress(EVENTS_PER_S);
  const links = LINKS.flatMap((link) => Array.from({ length: CUTS_EACH }, () => link));
  let succeeded = 0;
  for (const link of links) {
    await network.cut(...link);
    await lasts(CUT_MS);
    await network.heal(...link);
    succeeded += await field.progress(EVENTS_PER_S).then(
      () => 1,
      () => 0,
    );
  }
  const clean = isClean(await field.judge());
  return {
    ...line,
    measured: `${succeeded} of ${links.length}, ${clean ? 'nothing lost or doubled' : 'events lost or doubled'}`,
    passed: clean && succeeded === links.length,
  };
}
