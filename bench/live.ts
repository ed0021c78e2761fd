import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readSettings, redisNames } from '@taskwire/protocol';
import {
  readFlags,
  type StartedProcess,
  startPostgres,
  startProcess,
  startRedis,
  waitUntil,
  wholeNumberFlag,
} from '@taskwire/test-harness';
import { taskOf } from './bench-task.ts';
import type { LiveNote, LiveReadersConfig } from './live-readers-main.ts';
import { readProcessUsage } from './process-usage.ts';
import type { PublisherConfig } from './publisher-main.ts';
import { quantile } from './statistics.ts';

/**
 * From COMMIT to the reader: how long a live update takes, on each of three replicas, and what many readers of one cost.
 * Commit times are PostgreSQL's own (track_commit_timestamp); arrival is when the bytes are with the reader, on the same
 * machine and clock. Everything shares the machine: servers, replicas, publisher and readers.
 */
const { values: flags } = readFlags({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    rate: { type: 'string' },
    readers: { type: 'string' },
  },
});
const seconds = wholeNumberFlag('seconds', flags.seconds ?? (flags.quick ? '1' : '10'));
const rate = wholeNumberFlag('rate', flags.rate ?? (flags.quick ? '100' : '1000'));
const readers = wholeNumberFlag('readers', flags.readers ?? (flags.quick ? '20' : '1000'));

/** Each scenario has a database of its own. */
const LABEL = 'live';

/** Until everything has been compiled and its connections are there; told apart from what follows. */
const WARM_UP_MS = flags.quick ? 0 : 2_000;

/** Readers of each replica that note when what came. */
const NOTING = 5;

const SCENARIOS: readonly Scenario[] = [
  { name: '3 replicas', replicas: 3, crowd: 0, rate },
  { name: `1 replica, ${readers} more readers`, replicas: 1, crowd: readers, rate },
  { name: `the same, a tenth of the events`, replicas: 1, crowd: readers, rate: rate / 10 },
];

interface Scenario {
  readonly name: string;
  readonly replicas: number;
  readonly crowd: number;
  readonly rate: number;
}

interface Line {
  readonly scenario: string;
  readonly eventsPerS: number;
  readonly replica: number;
  readonly states: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** In the first {@link WARM_UP_MS}, which the others leave out. */
  readonly warmUpP99Ms: number;
  readonly maxMs: number;
  readonly cpuShare: number;
  readonly rssPeakMib: number;
}

const lines: Line[] = [];
for (const scenario of SCENARIOS) lines.push(...(await run(scenario)));
report();

async function run(scenario: Scenario): Promise<readonly Line[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-bench-'));
  await using redis = await startRedis({ appendOnly: true, config: { appendfsync: 'everysec' } });
  await using postgres = await startPostgres({
    settings: { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', track_commit_timestamp: 'on' },
  });
  const databaseUrl = await postgres.createDatabase();
  const [replicas, others]: [StartedProcess[], StartedProcess[]] = [[], []];
  try {
    const urls: string[] = [];
    for (let n = 0; n < scenario.replicas; n++) {
      const replica = await startProcess(new URL('../packages/taskwire/src/main.ts', import.meta.url), {
        arguments: ['web'],
        env: {
          REDIS_URL: redis.url,
          DATABASE_URL: databaseUrl,
          PORT: '0',
        },
      });
      replicas.push(replica);
      urls.push((await replica.waitForLine(/"url":"([^"]+)"/))[1] ?? '');
    }
    for (const url of urls) {
      await waitUntil(async () => (await fetch(`${url}/health/ready`)).ok, {
        what: 'a replica that is ready',
        timeoutMs: 30_000,
      });
    }
    const events = scenario.rate * seconds;
    const notesPath = path.join(directory, 'notes.json');
    const startReaders = async (wish: Pick<LiveReadersConfig, 'readers' | 'isNoting'>) => {
      const config = { ...wish, urls, notesPath, lastTask: taskOf(LABEL, events - 1) };
      const reading = await startProcess(new URL('live-readers-main.ts', import.meta.url), {
        arguments: [JSON.stringify(config satisfies LiveReadersConfig)],
      });
      others.push(reading);
      await reading.waitForLine(/^ready$/, 60_000);
      return reading;
    };
    // The crowd has a process of its own: what is measured is not how busy that is.
    if (scenario.crowd > 0) await startReaders({ readers: scenario.crowd, isNoting: false });
    const reading = await startReaders({ readers: NOTING, isNoting: true });
    const before = replicas.map(({ pid }) => readProcessUsage(pid));
    await using publisher = await startProcess(new URL('publisher-main.ts', import.meta.url), {
      arguments: [
        JSON.stringify({
          design: 'taskwire',
          label: LABEL,
          redisUrl: redis.url,
          names: redisNames(readSettings({})),
          outboxPath: path.join(directory, 'outbox.sqlite'),
          events,
          eventsPerS: scenario.rate,
        } satisfies PublisherConfig),
      ],
    });
    const startedMs = await timeOf(publisher, 'started');
    const publishedMs = await timeOf(publisher, 'published');
    await reading.waitForLine(/^all$/, 60_000);
    const elapsedS = (Date.now() - startedMs) / 1_000;
    const after = replicas.map(({ pid }) => readProcessUsage(pid));
    await reading.stop();

    const commits = new Map(
      (
        await postgres.query<{ key: string; committed_ms: number }>(
          `SELECT task_request_id || ' ' || status AS key,
             extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS committed_ms
           FROM task_logs`,
          [],
          databaseUrl,
        )
      ).map(({ key, committed_ms }) => [key, committed_ms]),
    );
    const notes = JSON.parse(readFileSync(notesPath, 'utf8')) as readonly LiveNote[];
    return replicas.map((_, replica) => {
      const seen = notes
        .filter(([at]) => at === replica)
        .map(([, id, status, atMs]) => {
          const committedMs = commits.get(`${id} ${status}`) ?? Number.NaN;
          return { isWarmUp: committedMs < startedMs + WARM_UP_MS, latencyMs: atMs - committedMs };
        });
      const latenciesOf = (isWarmUp: boolean) =>
        seen.filter((one) => one.isWarmUp === isWarmUp).map(({ latencyMs }) => latencyMs);
      const latencies = latenciesOf(false);
      return {
        scenario: scenario.name,
        eventsPerS: (events / (publishedMs - startedMs)) * 1_000,
        replica,
        states: seen.length / NOTING,
        p50Ms: quantile(latencies, 0.5),
        p99Ms: quantile(latencies, 0.99),
        warmUpP99Ms: quantile(latenciesOf(true), 0.99),
        maxMs: Math.max(...latencies),
        cpuShare: ((after[replica]?.cpuS ?? 0) - (before[replica]?.cpuS ?? 0)) / elapsedS,
        rssPeakMib: after[replica]?.rssPeakMib ?? 0,
      };
    });
  } finally {
    for (const started of [...others, ...replicas]) await started[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function timeOf(publisher: StartedProcess, word: string): Promise<number> {
  const [, ms] = await publisher.waitForLine(new RegExp(`^${word} (\\d+)$`), 60_000 + seconds * 1_000);
  return Number(ms);
}

function report(): void {
  if (flags.json) {
    console.log(JSON.stringify(lines));
    return;
  }
  console.log(`\nCommit to reader, ${seconds} s each; target: p99 below 100 ms.`);
  console.table(
    lines.map((line) => ({
      scenario: line.scenario,
      replica: line.replica + 1,
      'events/s': Math.round(line.eventsPerS),
      'states a reader': Math.round(line.states),
      'p50 ms': line.p50Ms.toFixed(1),
      'p99 ms': line.p99Ms.toFixed(1),
      'p99 of the first 2 s': line.warmUpP99Ms.toFixed(1),
      'max ms': line.maxMs.toFixed(0),
      'CPU %': (line.cpuShare * 100).toFixed(0),
      'RSS peak MiB': line.rssPeakMib.toFixed(0),
    })),
  );
}
