import { TASK_STATUSES, type TaskStatus } from '@taskwire/protocol';
import type { Database } from './database.ts';
import { loadStatement } from './load-statement.ts';
import { createReader } from './read-rows.ts';
import { STATS_WIDTHS_S } from './stats-row.ts';

/** What was counted in one step of time. */
export interface StatsPoint {
  /** Its begin, ms since 1970. */
  readonly at_ms: number;
  readonly by_status: Readonly<Record<TaskStatus, number>>;
  readonly dead_letters: number;
  /** Histograms (see ../stats/latency-histogram.ts). */
  readonly commit_latency: readonly number[];
  readonly delivery_latency: readonly number[];
  readonly run_duration: readonly number[];
}

export interface StatsSpan {
  /** ms since 1970; multiples of the step. `to` is exclusive. */
  readonly from_ms: number;
  readonly to_ms: number;
  /** A multiple of the narrowest width that is kept. */
  readonly step_s: number;
}

/** The only reader of task_stats. */
export interface StatsRepository {
  /** One point a step, those in which nothing was counted included. @throws TaskwireError `database_unavailable` */
  series(span: StatsSpan): Promise<readonly StatsPoint[]>;
}

type Counted = 'by_status' | 'dead_letters' | 'commit_latency' | 'delivery_latency' | 'run_duration';

interface StepRow {
  readonly step: number;
  readonly what: Counted;
  readonly places: readonly number[];
  readonly counts: readonly number[];
}

export function createStatsRepository(database: Pick<Database, 'query'>): StatsRepository {
  const statsSeries = loadStatement('stats_series');
  const read = createReader(database);
  return {
    series: async ({ from_ms, to_ms, step_s }) => {
      const width = STATS_WIDTHS_S.findLast((each) => step_s % each === 0) ?? STATS_WIDTHS_S[0];
      const rows = await read<StepRow>(statsSeries, [width, from_ms, to_ms, step_s]);
      const counted = new Map(rows.map((row) => [`${row.step}:${row.what}`, arrayOf(row)]));
      const points: StatsPoint[] = [];
      for (let at_ms = from_ms; at_ms < to_ms; at_ms += step_s * 1000) {
        const of = (what: Counted): readonly number[] => counted.get(`${at_ms}:${what}`) ?? [];
        const byStatus = of('by_status');
        points.push({
          at_ms,
          by_status: Object.fromEntries(
            TASK_STATUSES.map((status, index) => [status, byStatus[index] ?? 0]),
          ) as Record<TaskStatus, number>,
          dead_letters: of('dead_letters')[0] ?? 0,
          commit_latency: of('commit_latency'),
          delivery_latency: of('delivery_latency'),
          run_duration: of('run_duration'),
        });
      }
      return points;
    },
  };
}

function arrayOf({ places, counts }: StepRow): readonly number[] {
  const array: number[] = Array.from({ length: Math.max(...places) }, () => 0);
  for (const [index, place] of places.entries()) array[place - 1] = counts[index] ?? 0;
  return array;
}
