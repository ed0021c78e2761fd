import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  isolatedRedisNames,
  type StartedProcess,
  startPostgres,
  startProcess,
  startRedis,
  waitUntil,
} from '@taskwire/test-harness';
import { readProcessUsage } from './process-usage.ts';
import type { PublisherConfig } from './publisher-main.ts';
import { median, quantile, spread } from './statistics.ts';

/**
 * From publish() to COMMIT, taskwire and the obvious design side by side: how many events a second, how long one takes,
 * how much memory the listener needs. Redis with AOF everysec, PostgreSQL with fsync and synchronous_commit on, each
 * round on new servers. Commit times are PostgreSQL's own (track_commit_timestamp).
 */
type Design = PublisherConfig['design'];

interface Round {
  readonly eventsPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rssPeakMib: number;
  readonly cpuMsPer1000Events: number;
  readonly rows: number;
}

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
});
const SIZES = flags.quick
  ? { rounds: 1, burst: { taskwire: 2_000, obvious: 500 }, rate: { events: 500, eventsPerS: 500 } }
  : { rounds: 3, burst: { taskwire: 60_000, obvious: 6_000 }, rate: { events: 2_500, eventsPerS: 500 } };
const rounds = Number(flags.rounds ?? SIZES.rounds);

const COMMITS: Readonly<Record<Design, string>> = {
  taskwire: `SELECT data ->> 'n' AS n, event_time AS published, pg_xact_commit_timestamp(xmin) AS committed FROM task_logs`,
  obvious: `SELECT l.data ->> 'n' AS n, NULL::timestamptz AS published, pg_xact_commit_timestamp(l.xmin) AS committed FROM obvious_logs AS l`,
};

const results: Record<Design, Round[]> = { taskwire: [], obvious: [] };
for (let round = 0; round < rounds; round++) {
  for (const design of ['taskwire', 'obvious'] as const) {
    results[design].push(await runRound(design));
    if (!flags.json) process.stderr.write('.');
  }
}
report();

async function runRound(design: Design): Promise<Round> {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-bench-'));
  await using redis = await startRedis({ appendOnly: true, config: { appendfsync: 'everysec' } });
  await using postgres = await startPostgres({
    settings: { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', track_commit_timestamp: 'on' },
  });
  const databaseUrl = await postgres.createDatabase();
  const names = isolatedRedisNames();
  const main = design === 'taskwire' ? 'listener-main.ts' : 'obvious-design/listener-main.ts';
  await using listener = await startProcess(new URL(main, import.meta.url), {
    arguments: [redis.url, databaseUrl, JSON.stringify(names)],
  });
  await listener.waitForLine(/^ready$/);
  const publish = (events: number, eventsPerS: number) =>
    startProcess(new URL('publisher-main.ts', import.meta.url), {
      arguments: [
        JSON.stringify({
          design,
          redisUrl: redis.url,
          names,
          outboxPath: path.join(directory, `outbox-${eventsPerS}.sqlite`),
          events,
          eventsPerS,
        } satisfies PublisherConfig),
      ],
    });
  const firstCommits = (prefix: string) =>
    postgres.query<{ n: string; published_ms: number; committed_ms: number }>(
      `SELECT n, extract(epoch FROM min(published)) * 1000 AS published_ms, extract(epoch FROM min(committed))::float8 * 1000 AS committed_ms
       FROM (${COMMITS[design]}) AS c WHERE n LIKE '${prefix}-%' GROUP BY n`,
      [],
      databaseUrl,
    );
  try {
    const burst = SIZES.burst[design];
    await using bursting = await publish(burst, 0);
    const startedMs = await timeOf(bursting, 'started');
    await allArrived(() => firstCommits('0'), burst);
    const commits = (await firstCommits('0')).map((row) => row.committed_ms);
    const eventsPerS = (burst / (Math.max(...commits) - startedMs)) * 1000;
    const usage = readProcessUsage(listener.pid);

    const { events, eventsPerS: rate } = SIZES.rate;
    await using steady = await publish(events, rate);
    const steadyStartMs = await timeOf(steady, 'started');
    await allArrived(() => firstCommits(String(rate)), events);
    const latencies = (await firstCommits(String(rate))).map(
      (row) =>
        row.committed_ms -
        (design === 'taskwire' ? Number(row.published_ms) : steadyStartMs + dueMs(row.n, rate)),
    );
    const [count] = await postgres.query<{ rows: number }>(
      `SELECT count(*)::integer AS rows FROM (${COMMITS[design]}) AS c`,
      [],
      databaseUrl,
    );
    return {
      eventsPerS,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      rssPeakMib: usage.rssPeakMib,
      cpuMsPer1000Events: (usage.cpuS * 1e6) / burst,
      rows: (count?.rows ?? 0) / (burst + events),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The obvious design keeps no event time; the publisher is due at a known time after its start. */
function dueMs(n: string, eventsPerS: number): number {
  return (Number(n.split('-')[1]) / eventsPerS) * 1000;
}

async function timeOf(publisher: StartedProcess, word: string): Promise<number> {
  const [, ms] = await publisher.waitForLine(new RegExp(`^${word} (\\d+)$`));
  return Number(ms);
}

async function allArrived(read: () => Promise<readonly unknown[]>, events: number): Promise<void> {
  await waitUntil(async () => (await read()).length >= events, {
    what: `${events} events in the database`,
    timeoutMs: 180_000,
    pollMs: 250,
  });
}

function report(): void {
  if (flags.json) {
    console.log(JSON.stringify(results));
    return;
  }
  const line = (name: string, pick: (round: Round) => number, digits: number) => {
    const [ours, theirs] = [results.taskwire.map(pick), results.obvious.map(pick)];
    const shown = (values: readonly number[]) =>
      `${median(values).toFixed(digits)} ±${(spread(values) * 100).toFixed(0)}%`;
    return {
      '': name,
      taskwire: shown(ours),
      'obvious design': shown(theirs),
      ratio: (median(ours) / median(theirs)).toFixed(2),
    };
  };
  console.log(`\nMedians of ${rounds} rounds, each on new servers.`);
  console.table([
    line('publish to commit, events/s', (round) => round.eventsPerS, 0),
    line(`latency p50 at ${SIZES.rate.eventsPerS}/s, ms`, (round) => round.p50Ms, 2),
    line(`latency p99 at ${SIZES.rate.eventsPerS}/s, ms`, (round) => round.p99Ms, 2),
    line('listener RSS peak, MiB', (round) => round.rssPeakMib, 0),
    line('listener CPU, ms per 1,000 events', (round) => round.cpuMsPer1000Events, 1),
    line('history rows an event', (round) => round.rows, 2),
  ]);
}
