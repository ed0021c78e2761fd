/**
 * Durations, counted by size: bucket 0 is up to 0.25 ms, each further one reaches √2 times as far as the one before. So
 * histograms of any replicas and times can be added, and a percentile is right to about a fifth of its value.
 */
const FIRST_BOUND_MS = 0.25;

/** The last one begins at a day and a half, and holds everything above. */
const LAST_BUCKET = 58;

const boundMs = (bucket: number): number => FIRST_BOUND_MS * 2 ** (bucket / 2);

export function latencyBucket(ms: number): number {
  if (!(ms > FIRST_BOUND_MS)) return 0;
  return Math.min(LAST_BUCKET, Math.ceil(2 * Math.log2(ms / FIRST_BOUND_MS) - 1e-9));
}

/** Adds one to a bucket; the array grows as far as it is needed. */
export function countIn(counts: number[], bucket: number): void {
  while (counts.length <= bucket) counts.push(0);
  counts[bucket] = (counts[bucket] ?? 0) + 1;
}

export interface LatencyPercentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** In ms, to three digits; null where nothing was counted. */
export function percentilesOf(counts: readonly number[]): LatencyPercentiles | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  return {
    p50: percentile(counts, total * 0.5),
    p95: percentile(counts, total * 0.95),
    p99: percentile(counts, total * 0.99),
  };
}

/** Within its bucket a duration is taken to lie as far as its rank does. */
function percentile(counts: readonly number[], rank: number): number {
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && below + count >= rank) {
      const from = bucket === 0 ? 0 : boundMs(bucket - 1);
      const ms = from + (boundMs(bucket) - from) * ((rank - below) / count);
      return Number(ms.toPrecision(3));
    }
    below += count;
  }
  return boundMs(LAST_BUCKET);
}
