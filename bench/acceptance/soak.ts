import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as lasts } from 'node:timers/promises';
import { divideNetwork, type StartedProcess, whyNoDividedNetwork } from '@taskwire/test-harness';
import { type Battlefield, PARTIES, prepareBattlefield } from '../../test/chaos/battlefield.ts';
import { isClean } from '../../test/chaos/ledger/check-ledger.ts';
import { seededRandom } from '../../test/chaos/load/seeded-random.ts';
import { databaseFaults } from '../../test/chaos/storm/database-faults.ts';
import type { Target } from '../../test/chaos/storm/fault.ts';
import { networkFaults } from '../../test/chaos/storm/network-faults.ts';
import { redisFaults } from '../../test/chaos/storm/redis-faults.ts';
import { median } from '../statistics.ts';
import { lineChart } from './chart.ts';
import { type Examine, number } from './requirement.ts';

const PUBLISHERS = 3;
const EVENTS_PER_S = 200;
const SAMPLES = 60;
const PAUSE_BETWEEN_FAULTS_MS = 4_000;
const FAULT_MS = 500;
/** Between its middle and its last third. In a minute code is still being compiled; in hours this is a leak. */
const GROWTH_MAX = 1.1;
/** A pool that replaces a broken connection has one more for a moment. */
const MORE_AT_MOST = 4;

interface Sample {
  readonly seconds: number;
  readonly rssMib: number;
  readonly descriptors: number;
  readonly postgresConnections: number;
  readonly redisClients: number;
  readonly redisKeys: number;
  readonly streamEntries: number;
}

/**
 * One listener that is never restarted, while Redis, the database and the network have one fault after the other: what it
 * holds must not grow. What is taken for growth is judged between faults.
 */
export const examineSoak: Examine = async ({ soakSeconds }) => {
  await using network = whyNoDividedNetwork() === false ? await divideNetwork(PARTIES) : null;
  await using field = await prepareBattlefield(network === null ? {} : { network });
  const listener = await field.startListener();
  const publishers = await field.startPublishers(PUBLISHERS, { eventsPerS: EVENTS_PER_S });
  await field.progress(EVENTS_PER_S);
  const target: Target = {
    field,
    network,
    eventsPerS: EVENTS_PER_S,
    listeners: [listener],
    publishers: [...publishers],
  };
  const faults = Object.values({ ...redisFaults, ...databaseFaults, ...networkFaults });
  const random = seededRandom(1);
  const begun = performance.now();
  const elapsedS = () => (performance.now() - begun) / 1000;
  const samples: Sample[] = [];
  let struck = 0;
  for (let round = 0; elapsedS() < soakSeconds; round++) {
    if (round > 0) {
      await faults[Math.floor(random() * faults.length)]?.(target, random(), FAULT_MS);
      struck += 1;
    }
    // Everybody is back at work before anything is counted.
    await field.progress(EVENTS_PER_S);
    await lasts(Math.max(PAUSE_BETWEEN_FAULTS_MS, (soakSeconds * 1000) / SAMPLES));
    samples.push(await takeSample(field, listener, elapsedS()));
  }
  const survived = listener.isRunning();
  const verdict = await field.judge();
  const third = Math.max(1, Math.floor(samples.length / 3));
  const [middle, last] = [samples.slice(third, 2 * third), samples.slice(-third)];
  const change = (pick: (sample: Sample) => number) =>
    [median(middle.map(pick)), median(last.map(pick))] as const;
  const rss = change(({ rssMib }) => rssMib);
  const counts = {
    'open files': change(({ descriptors }) => descriptors),
    'PostgreSQL connections': change(({ postgresConnections }) => postgresConnections),
    'Redis clients': change(({ redisClients }) => redisClients),
    'Redis keys': change(({ redisKeys }) => redisKeys),
  };
  const flat =
    rss[1] <= rss[0] * GROWTH_MAX &&
    Object.values(counts).every(([before, after]) => after <= before + MORE_AT_MOST) &&
    last.every(({ streamEntries }) => streamEntries <= EVENTS_PER_S * PUBLISHERS * 60);
  const shown = Object.entries(counts).map(([name, [before, after]]) => `${name} ${before} → ${after}`);
  return {
    outcomes: [
      {
        requirement: 'unattended running',
        asked: '7×24 h',
        bar: 'memory, files and connections flat under faults, nothing lost',
        measured: `${number(elapsedS())} s, ${struck} faults, ${verdict.accepted} events${isClean(verdict) ? '' : ' not all in place'}: resident ${number(rss[0])} → ${number(rss[1])} MiB, ${shown.join(', ')}`,
        passed: survived && isClean(verdict) && flat,
      },
    ],
    charts: [
      lineChart(
        'soak',
        'Listener under faults, resident',
        'MiB',
        samples.map(({ seconds, rssMib }) => [seconds, rssMib]),
      ),
    ],
  };
};

async function takeSample(field: Battlefield, { pid }: StartedProcess, seconds: number): Promise<Sample> {
  const rssKib = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const [row] = await field.postgres.query<{ connections: number }>(
    'SELECT count(*)::integer AS connections FROM pg_stat_activity WHERE datname IS NOT NULL',
  );
  const clients = String(await field.redis.command('INFO', 'clients'));
  return {
    seconds,
    rssMib: rssKib / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    postgresConnections: row?.connections ?? Number.NaN,
    redisClients: Number(/connected_clients:(\d+)/.exec(clients)?.[1]),
    redisKeys: Number(await field.redis.command('DBSIZE')),
    streamEntries: Number(await field.redis.command('XLEN', field.names.stream)),
  };
}
