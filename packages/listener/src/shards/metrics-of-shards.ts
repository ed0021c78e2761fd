import type { Gauge, MetricsRecorder } from '../metrics.ts';

/** How the gauges that each shard has of its own become one. All others are set by one of them only. */
const COMBINED: Readonly<Partial<Record<Gauge, (values: readonly number[]) => number>>> = {
  stream_length: (values) => values.reduce((sum, value) => sum + value, 0),
  stream_oldest_ms: (values) => Math.max(...values),
};

/** The recorder of each shard; `metrics` shows all of them together. */
export function metricsOfShards(metrics: MetricsRecorder, count: number): (shard: number) => MetricsRecorder {
  if (count === 1) return () => metrics;
  const values = new Map<Gauge, number[]>();
  return (shard) => ({
    ...metrics,
    set: (gauge, value) => {
      const combine = COMBINED[gauge];
      if (combine === undefined) return metrics.set(gauge, value);
      const all = values.get(gauge) ?? Array.from({ length: count }, () => 0);
      all[shard] = value;
      values.set(gauge, all);
      metrics.set(gauge, combine(all));
    },
  });
}
