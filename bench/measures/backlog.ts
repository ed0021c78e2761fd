import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createTaskStatusService, type Database, migrate, openPostgres } from '@taskwire/listener';
import { type Bed, PATIENCE_MS, prepareBed } from '../bed.ts';
import { benchPayloads } from '../bench-events.ts';
import { type Measure, scaled } from '../figure.ts';
import { readProcessUsage } from '../process-usage.ts';

const PUBLISHERS = 2;
/** As the listener writes where nobody hears of it: so many events in a batch. Two at a time is when the statement is fastest. */
const BATCH_EVENTS = 1_000;
const IN_FLIGHT = 2;
const REDIS_BATCH = 16;
const EVENT_BYTES_MAX = 1_048_576;

/**
 * What waited while no listener was there, and what the same events take without everything around the statement. Both on
 * one server, which has been written to before, since a new one is slower. So is a machine at times, and therefore the
 * statement is measured on either side of the drain, and its mean counts.
 */
export const backlog: Measure = {
  name: 'backlog',
  about: 'a backlog drained, against its limits: the statement alone, a bare INSERT, XADD alone',
  run: async (scale) => {
    const events = scaled(200_000, scale, 2_000);
    await using bed = await prepareBed(scale);
    const calls = await prepareCalls(bed, events);
    const before = await statementAlone(bed, events, { calls, inFlight: IN_FLIGHT });
    const drained = await drain(bed, events, 1);
    const after = await statementAlone(bed, events, { calls, inFlight: IN_FLIGHT });
    const oneAtATime = await statementAlone(bed, events, { calls, inFlight: 1 });
    return [
      { name: 'drained', unit: 'events/s', value: drained.eventsPerS, comparedWith: 'statement alone' },
      { name: 'statement alone', unit: 'events/s', value: (before + after) / 2 },
      { name: 'statement alone, one at a time', unit: 'events/s', value: oneAtATime },
      { name: 'bare INSERT', unit: 'events/s', value: await bareInsert(bed, events) },
      { name: 'XADD alone', unit: 'events/s', value: await xaddAlone(bed, events) },
      { name: 'listener, resident at most', unit: 'MiB', value: drained.rssPeakMib },
    ];
  },
};

/** The same with more listeners: one leads, all of them write. */
export const replicas: Measure = {
  name: 'replicas',
  about: 'a backlog drained by 1, 2 and 3 listeners on the same cores',
  run: async (scale) => {
    const events = scaled(100_000, scale, 2_000);
    const counts = scale < 1 ? [2] : [1, 2, 3];
    const figures = [];
    for (const count of counts) {
      await using bed = await prepareBed(scale);
      const { eventsPerS } = await drain(bed, events, count);
      figures.push({ name: `${count} listeners`, unit: 'events/s', value: eventsPerS });
    }
    return figures;
  },
};

async function drain(
  bed: Bed,
  events: number,
  listeners: number,
): Promise<{ eventsPerS: number; rssPeakMib: number }> {
  // It makes the schema and the group, so that starting is no part of what is measured.
  await using first = await bed.startListener();
  await first.stop();
  await fill(bed, events);
  await bed.settle();
  const started = await Promise.all(Array.from({ length: listeners }, () => bed.startListener()));
  await bed.drained();
  const [span] = await bed.query<{ ms: number; first_batch: number; events: number }>(`
    WITH commits AS (SELECT pg_xact_commit_timestamp(xmin) AS at FROM task_logs)
    SELECT extract(epoch FROM max(at) - min(at))::float8 * 1000 AS ms,
      (SELECT count(*)::integer FROM commits WHERE at = (SELECT min(at) FROM commits)) AS first_batch,
      count(*)::integer AS events
    FROM commits`);
  if (span?.events !== events) throw new Error(`${span?.events} of ${events} events are in the history`);
  const rssPeakMib = Math.max(...started.map(({ pid }) => readProcessUsage(pid).rssPeakMib));
  for (const each of started) await each.stop();
  // The clock runs from the first commit, whose events therefore do not count.
  const eventsPerS = ((events - span.first_batch) / span.ms) * 1000;
  return { eventsPerS, rssPeakMib };
}

/** As publishers leave it behind: entries of the stream, not acknowledged by anybody. */
async function fill(bed: Bed, events: number): Promise<void> {
  const publishers = await Promise.all(
    Array.from({ length: PUBLISHERS }, (_, index) =>
      bed.startPublisher({
        design: 'taskwire',
        label: `backlog-${index}`,
        events: events / PUBLISHERS,
        eventsPerS: 0,
        awaitAcknowledgement: false,
      }),
    ),
  );
  for (const each of publishers) await each.waitForLine(/^stopped$/, PATIENCE_MS);
}

type Call = Parameters<Database['query']>;

/** The statement of every batch with its parameters, as the listener makes them, and as it once was carried out. */
async function prepareCalls(bed: Bed, events: number): Promise<readonly Call[]> {
  const calls: Call[] = [];
  const rehearsal = openPostgres({ url: await bed.postgres.createDatabase() });
  try {
    await prepareSchema(rehearsal);
    const recording: Database = {
      ...rehearsal,
      writer: {
        query: (statement, parameters) => {
          calls.push([statement, parameters]);
          return rehearsal.writer.query(statement, parameters);
        },
      },
    };
    const service = createTaskStatusService(recording);
    for (let from = 0; from < events; from += BATCH_EVENTS) {
      const payloads = benchPayloads(from, Math.min(BATCH_EVENTS, events - from));
      // Its memory is not given back, so that it stays as it is.
      const places = {
        length: payloads.length,
        bytesAt: (index: number) => payloads[index] as Buffer,
        fromAt: () => 0,
        toAt: (index: number) => (payloads[index] as Buffer).length,
      };
      const batch = service.encode(places, {
        nowMs: Date.now(),
        earliestMs: service.earliestMs(),
        eventBytesMax: EVENT_BYTES_MAX,
      });
      if (batch === null) throw new Error('an event of the benchmark is not usual');
      await service.applyEncoded(batch, { withChanges: false });
    }
  } finally {
    await rehearsal.close();
  }
  return calls;
}

async function prepareSchema(database: Database): Promise<void> {
  await migrate(database);
  await createTaskStatusService(database).maintain();
}

/** @returns events a second when nothing but these calls is made, so many at a time, in a database as empty as the listener's */
async function statementAlone(
  bed: Bed,
  events: number,
  { calls, inFlight }: { readonly calls: readonly Call[]; readonly inFlight: number },
): Promise<number> {
  const stage = openPostgres({ url: await bed.postgres.createDatabase() });
  try {
    await prepareSchema(stage);
    await bed.settle();
    const begun = performance.now();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let call = calls[next++]; call !== undefined; call = calls[next++])
        await stage.writer.query(...call);
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    return (events / (performance.now() - begun)) * 1000;
  } finally {
    await stage.close();
  }
}

/** Events a second where the rows of the history are all that is written. */
async function bareInsert(bed: Bed, events: number): Promise<number> {
  await bed.query('CREATE TABLE bare_logs (LIKE task_logs INCLUDING DEFAULTS)');
  const [columns] = await bed.query<{ names: string }>(
    `SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) AS names FROM information_schema.columns
     WHERE table_name = 'bare_logs' AND is_generated = 'NEVER' AND is_identity = 'NO'`,
  );
  const begun = performance.now();
  await bed.query(`INSERT INTO bare_logs (${columns?.names}) SELECT ${columns?.names} FROM task_logs`);
  return (events / (performance.now() - begun)) * 1000;
}

async function xaddAlone(bed: Bed, events: number): Promise<number> {
  const [sample] = benchPayloads(0, 1);
  const { stdout } = await promisify(execFile)('redis-benchmark', [
    ...['-p', String(bed.redis.port), '-n', String(events), '-c', '2', '-P', String(REDIS_BATCH), '--csv'],
    ...['XADD', 'bench', '*', 'event', sample?.toString() ?? ''],
  ]);
  return Number(/^"XADD[^\n]*?","([\d.]+)"/m.exec(stdout)?.[1]);
}
