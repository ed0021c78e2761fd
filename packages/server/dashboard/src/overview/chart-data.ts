import type { Percentiles, SeriesPoint } from '../api/overview.ts';
import type { TaskStatus } from '../api/task.ts';

/** From the bottom of a bar to its top: what went well, what goes on, what went wrong. */
export const STACK: readonly TaskStatus[] = [
  'SUCCESS',
  'RUNNING',
  'PENDING',
  'RETRY',
  'CANCELLED',
  'FAILURE',
];

export type Column = readonly (number | null)[];

/** Seconds since 1970, as the chart wants them. */
export const timesOf = (points: readonly SeriesPoint[]): readonly number[] =>
  points.map(({ at }) => Date.parse(at) / 1_000);

/** Events per second by status, in the order of {@link STACK}. */
export const ratesByStatus = (points: readonly SeriesPoint[], step_s: number): readonly Column[] =>
  STACK.map((status) => points.map(({ by_status }) => (by_status[status] ?? 0) / step_s));

/** Each column on top of those before it. */
export function stacked(columns: readonly Column[]): readonly Column[] {
  const sums: number[] = [];
  return columns.map((column) =>
    column.map((value, index) => {
      const sum = (sums[index] ?? 0) + (value ?? 0);
      sums[index] = sum;
      return sum;
    }),
  );
}

type PercentileField = 'commit_latency_ms' | 'delivery_latency_ms' | 'run_duration_ms';

export const percentilesOf = (points: readonly SeriesPoint[], field: PercentileField): readonly Column[] =>
  (['p50', 'p95', 'p99'] as const satisfies readonly (keyof Percentiles)[]).map((rank) =>
    points.map((point) => point[field]?.[rank] ?? null),
  );

/** The share of failures among the tasks that ended in each step; null where none did. */
export const errorRateOf = (points: readonly SeriesPoint[]): Column =>
  points.map(({ by_status }) => {
    const failed = by_status.FAILURE ?? 0;
    const ended = failed + (by_status.SUCCESS ?? 0) + (by_status.CANCELLED ?? 0);
    return ended === 0 ? null : failed / ended;
  });

/** The same over all steps. */
export function errorRateOver(points: readonly SeriesPoint[]): number | null {
  const sum = (status: TaskStatus): number =>
    points.reduce((all, { by_status }) => all + (by_status[status] ?? 0), 0);
  const ended = sum('FAILURE') + sum('SUCCESS') + sum('CANCELLED');
  return ended === 0 ? null : sum('FAILURE') / ended;
}

export const newestOf = (column: Column): number | null => column.findLast((value) => value !== null) ?? null;

export const highestOf = (column: Column): number | null => {
  const values = column.filter((value) => value !== null);
  return values.length === 0 ? null : Math.max(...values);
};
