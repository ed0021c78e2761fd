/** All in milliseconds, rounded to microseconds. */
export interface LatencyStatistics {
  readonly count: number;
  readonly min_ms: number;
  readonly mean_ms: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly max_ms: number;
  /** Mean difference between one try and the next (RFC 3550 without its smoothing). */
  readonly jitter_ms: number;
}

/** Null where there is nothing to tell of. Percentiles by nearest rank: always a time that was measured. */
export function latencyStatistics(samplesMs: readonly number[]): LatencyStatistics | null {
  if (samplesMs.length === 0) return null;
  const sorted = samplesMs.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const sum = samplesMs.reduce((total, sample) => total + sample, 0);
  const steps = samplesMs.slice(1).map((sample, index) => Math.abs(sample - (samplesMs[index] ?? sample)));
  const jitter = steps.reduce((total, step) => total + step, 0) / Math.max(1, steps.length);
  return {
    count: sorted.length,
    min_ms: rounded(rank(0)),
    mean_ms: rounded(sum / sorted.length),
    p50_ms: rounded(rank(0.5)),
    p95_ms: rounded(rank(0.95)),
    max_ms: rounded(rank(1)),
    jitter_ms: rounded(jitter),
  };
}

export const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;
