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

/** What waited while no listener was there, and what the same events take without everything around the statement. */
export const backlog: Measure = {
  name: 'backlog',
  about: 'a backlog drained, against its limits: the statement alone, a bare INSERT, XADD alone',
  run: async (scale) => {
    const events = scaled(200_000, scale, 2_000);
    const drained = await drain(events, 1);
    const alone = await statementAlone(events);
    return [
      { name: 'drained', unit: 'events/s', value: drained.eventsPerS, comparedWith: 'statement alone' },
      { name: 'statement alone', unit: 'events/s', value: alone.statement },
      { name: 'statement alone, one at a time', unit: 'events/s', value: alone.oneAtATime },
      { name: 'bare INSERT', unit: 'events/s', value: alone.bareInsert },
      { name: 'XADD alone', unit: 'events/s', value: await xaddAlone(events) },
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
      const { eventsPerS } = await drain(events, count);
      figures.push({ name: `${count} listeners`, unit: 'events/s', value: eventsPerS });
    }
    return figures;
  },
};

async function drain(events: number, listeners: number): Promise<{ eventsPerS: number; rssPeakMib: number }> {
  await using bed = await prepareBed();
  // It makes the schema and the group, so that starting is no part of what is measured.
  await using first = await bed.startListener();
  await first.stop();
  await fill(bed, events);
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

/**
 * The parameters of every batch are made beforehand, as the listener makes them, and taken to a database that is as empty as
 * the listener's was.
 */
async function statementAlone(
  events: number,
): Promise<{ statement: number; oneAtATime: number; bareInsert: number }> {
  await using bed = await prepareBed();
  const calls: Parameters<Database['query']>[] = [];
  const rehearsal = openPostgres({ url: await bed.postgres.createDatabase() });
  const stage = openPostgres({ url: bed.databaseUrl });
  const narrowStage = openPostgres({ url: await bed.postgres.createDatabase() });
  try {
    for (const database of [rehearsal, stage, narrowStage]) {
      await migrate(database);
      await createTaskStatusService(database).maintain();
    }
    const recording: Database = {
      ...rehearsal,
      query: (statement, parameters) => {
        if (statement.name.startsWith('apply_batch')) calls.push([statement, parameters]);
        return rehearsal.query(statement, parameters);
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
    const rateOn = async (database: Database, inFlight: number): Promise<number> => {
      await bed.query('CHECKPOINT');
      return rateOf(events, calls, inFlight, ([sql, parameters]) => database.query(sql, parameters));
    };
    const oneAtATime = await rateOn(narrowStage, 1);
    const statement = await rateOn(stage, IN_FLIGHT);
    await bed.query('CREATE TABLE bare_logs (LIKE task_logs INCLUDING DEFAULTS)');
    const [columns] = await bed.query<{ names: string }>(
      `SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) AS names FROM information_schema.columns
       WHERE table_name = 'bare_logs' AND is_generated = 'NEVER' AND is_identity = 'NO'`,
    );
    const begun = performance.now();
    await bed.query(`INSERT INTO bare_logs (${columns?.names}) SELECT ${columns?.names} FROM task_logs`);
    return { statement, oneAtATime, bareInsert: (events / (performance.now() - begun)) * 1000 };
  } finally {
    await rehearsal.close();
    await stage.close();
    await narrowStage.close();
  }
}

/** @returns events a second when the calls are made one after the other, so many at a time */
async function rateOf<Call>(
  events: number,
  calls: readonly Call[],
  inFlight: number,
  make: (call: Call) => Promise<unknown>,
): Promise<number> {
  const begun = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let call = calls[next++]; call !== undefined; call = calls[next++]) await make(call);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (events / (performance.now() - begun)) * 1000;
}

async function xaddAlone(events: number): Promise<number> {
  await using bed = await prepareBed();
  const [sample] = benchPayloads(0, 1);
  const { stdout } = await promisify(execFile)('redis-benchmark', [
    ...['-p', String(bed.redis.port), '-n', String(events), '-c', '2', '-P', String(REDIS_BATCH), '--csv'],
    ...['XADD', 'bench', '*', 'event', sample?.toString() ?? ''],
  ]);
  return Number(/^"XADD[^\n]*?","([\d.]+)"/m.exec(stdout)?.[1]);
}
