import { type Bed, PATIENCE_MS, prepareBed, timeOf } from '../bed.ts';
import { type Figure, type Measure, scaled } from '../figure.ts';
import { readProcessUsage } from '../process-usage.ts';

/** One at a time, far apart; then up to more than what two cores do. */
const RATES = [20, 1_000, 5_000, 10_000, 20_000] as const;
const SECONDS = 6;
/** The first events of a rate find cold code and a sleeping publisher. */
const WARM_UP_SHARE = 0.2;

export interface SteadyRate {
  /** What the publisher reached of the rate. */
  readonly reachedPerS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** Share of one core. */
  readonly redisCpu: number;
}

/** publish() to COMMIT at rates that are kept for a while: the event's own time against PostgreSQL's commit time. */
export const latency: Measure = {
  name: 'latency',
  about: 'publish() to COMMIT at a steady rate',
  run: async (scale) => {
    await using bed = await prepareBed();
    await using _listener = await bed.startListener();
    await atRate(bed, 'warm-up', 500, 1);
    const figures: Figure[] = [];
    for (const rate of scale < 1 ? RATES.slice(0, 2) : RATES) {
      const steady = await atRate(bed, `rate-${rate}`, rate, SECONDS * scaled(1, scale, 0.2));
      const name = rate === RATES[0] ? 'idle' : `${rate.toLocaleString('en')}/s`;
      figures.push(
        { name: `${name}, p50`, unit: 'ms', value: steady.p50Ms },
        { name: `${name}, p99`, unit: 'ms', value: steady.p99Ms },
        { name: `${name}, p99.9`, unit: 'ms', value: steady.p999Ms },
        { name: `${name}, reached`, unit: 'events/s', value: steady.reachedPerS },
        { name: `${name}, Redis`, unit: '% of a core', value: steady.redisCpu * 100 },
      );
    }
    return figures;
  },
};

async function atRate(bed: Bed, label: string, eventsPerS: number, seconds: number): Promise<SteadyRate> {
  const events = Math.ceil(eventsPerS * seconds);
  const publisher = await bed.startPublisher({ design: 'taskwire', label, events, eventsPerS });
  const startedMs = await timeOf(publisher, 'started');
  const redisBefore = readProcessUsage(bed.redis.pid).cpuS;
  const publishedMs = await timeOf(publisher, 'published');
  const redisS = readProcessUsage(bed.redis.pid).cpuS - redisBefore;
  await publisher.waitForLine(/^stopped$/, PATIENCE_MS);
  const [row] = await bed.query<{ ms: readonly number[] }>(`
    SELECT percentile_cont(ARRAY[0.5, 0.99, 0.999]) WITHIN GROUP (ORDER BY ms) AS ms
    FROM (
      SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin) - event_time)::float8 * 1000 AS ms
      FROM task_logs
      WHERE task_request_id LIKE '${label}-%'
        AND substring(data ->> 'n' FROM '\\d+$')::integer >= ${Math.floor(events * WARM_UP_SHARE)}
    ) AS each`);
  const [p50Ms = Number.NaN, p99Ms = Number.NaN, p999Ms = Number.NaN] = row?.ms ?? [];
  const elapsedS = (publishedMs - startedMs) / 1000;
  return { reachedPerS: events / elapsedS, p50Ms, p99Ms, p999Ms, redisCpu: redisS / elapsedS };
}
