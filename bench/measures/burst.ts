import { startProcess, waitUntil } from '@taskwire/test-harness';
import { type Bed, begin, PATIENCE_MS, prepareBed, timeOf, warm } from '../bed.ts';
import { type Figure, type Measure, scaled } from '../figure.ts';
import { readProcessUsage, readTreeCpuS } from '../process-usage.ts';

const PUBLISHERS = 2;
/** Some seven seconds of it. */
const EVENTS = 300_000;
const OBVIOUS_EVENTS = 4_000;

/**
 * From the first publish() to the last COMMIT while publishers go on as fast as they can, and what that takes. All
 * processes have done the same before, for as long, in either design, as in a service that has been at work for a while:
 * code is compiled after some seconds, publishers have the heap that they need, and PostgreSQL has used its whole buffer
 * cache (128 MiB) more than once, each page of which each of its processes takes from the system once. A checkpoint comes
 * in between, as one does every five minutes at least: from then on the log of PostgreSQL goes into files that it had before,
 * and each page that is changed for the first time goes into the log as a whole.
 */
export const burst: Measure = {
  name: 'burst',
  about: 'publish() to COMMIT, as fast as it goes, two publishers, everything on this machine',
  run: async (scale) => {
    const ours = await taskwire(scale);
    const theirs = await obvious(scale);
    return [
      { name: 'taskwire', unit: 'events/s', value: ours.eventsPerS, comparedWith: 'obvious design' },
      { name: 'obvious design', unit: 'events/s', value: theirs },
      ...ours.figures,
    ];
  },
};

async function taskwire(scale: number): Promise<{ eventsPerS: number; figures: readonly Figure[] }> {
  const events = scaled(EVENTS, scale, 1_000);
  await using bed = await prepareBed(scale);
  await using listener = await bed.startListener();
  const publishers = await Promise.all(
    Array.from({ length: PUBLISHERS }, (_, index) =>
      bed.startPublisher({
        design: 'taskwire',
        label: `burst-${index}`,
        events: events / PUBLISHERS,
        warmUpEvents: events / PUBLISHERS,
        eventsPerS: 0,
      }),
    ),
  );
  await warm(publishers);
  await bed.settle();
  const before = cpuOf(bed, listener.pid);
  begin(publishers);
  const startedMs = Math.min(...(await Promise.all(publishers.map((each) => timeOf(each, 'started')))));
  // Each ends when its events are acknowledged, and so committed.
  for (const each of publishers) await each.waitForLine(/^stopped$/, PATIENCE_MS);
  const [last] = await bed.query<{ ms: number }>(
    'SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin)))::float8 * 1000 AS ms FROM task_logs',
  );
  const after = cpuOf(bed, listener.pid);
  const { rssPeakMib } = readProcessUsage(listener.pid);
  const perThousand = (part: keyof typeof after) => ((after[part] - before[part]) * 1e6) / events;
  return {
    eventsPerS: (events / ((last?.ms ?? Number.NaN) - startedMs)) * 1000,
    figures: [
      { name: 'listener, resident at most', unit: 'MiB', value: rssPeakMib },
      { name: 'listener, CPU', unit: 'ms per 1,000 events', value: perThousand('listener') },
      { name: 'Redis, CPU', unit: 'ms per 1,000 events', value: perThousand('redis') },
      { name: 'PostgreSQL, CPU', unit: 'ms per 1,000 events', value: perThousand('postgres') },
    ],
  };
}

const cpuOf = (bed: Bed, listener: number) => ({
  listener: readProcessUsage(listener).cpuS,
  redis: readProcessUsage(bed.redis.pid).cpuS,
  postgres: readTreeCpuS(bed.postgres.pid),
});

async function obvious(scale: number): Promise<number> {
  const events = scaled(OBVIOUS_EVENTS, scale, 200);
  await using bed = await prepareBed(scale);
  await using listener = await startProcess(new URL('../obvious-design/listener-main.ts', import.meta.url), {
    arguments: [bed.redis.url, bed.databaseUrl],
  });
  await listener.waitForLine(/^ready$/, PATIENCE_MS);
  const wish = { design: 'obvious', label: 'burst', events, warmUpEvents: events, eventsPerS: 0 } as const;
  const publisher = await bed.startPublisher(wish);
  await warm([publisher]);
  await obviousEvents(bed, events);
  await bed.settle();
  begin([publisher]);
  const startedMs = await timeOf(publisher, 'started');
  return (events / ((await obviousEvents(bed, 2 * events)) - startedMs)) * 1000;
}

/**
 * Waits until so many events are in the database of the obvious design.
 * @returns when the last of them came, ms since 1970
 */
async function obviousEvents(bed: Bed, events: number): Promise<number> {
  // Each event comes twice, and is there when its first copy is.
  const firstCopies = `SELECT count(*)::integer AS events, max(committed) AS ms FROM (
    SELECT min(extract(epoch FROM pg_xact_commit_timestamp(xmin)))::float8 * 1000 AS committed
    FROM obvious_logs GROUP BY data ->> 'n') AS each`;
  const last = await waitUntil(
    async () => {
      const [row] = await bed.query<{ events: number; ms: number }>(firstCopies);
      return row !== undefined && row.events >= events && row;
    },
    { what: `${events} events of the obvious design`, timeoutMs: PATIENCE_MS, pollMs: 250 },
  );
  return last.ms;
}
