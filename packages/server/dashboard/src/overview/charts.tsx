import { useMemo } from 'react';
import type { Series } from '../api/overview.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { Panel } from '../ui/page.tsx';
import { Chart, type ChartSeries } from './chart.tsx';
import { errorRateOf, percentilesOf, ratesByStatus, STACK, stacked, timesOf } from './chart-data.ts';
import css from './overview-page.module.css';

const RANK_COLORS = ['--success', '--retry', '--failure'] as const;
const ONE_EVENT_A_SECOND = 1;
const FIVE_PER_CENT = 0.05;

export function Charts({ series }: { readonly series: Series }) {
  const messages = useMessages();
  const formats = useFormats();
  const { overview } = messages;
  const { points, step_s } = series;
  const times = useMemo(() => timesOf(points), [points]);

  const throughput = useMemo<readonly ChartSeries[]>(() => {
    const values = ratesByStatus(points, step_s);
    const tops = stacked(values);
    // The highest first, so that those below are drawn over it.
    return STACK.map((status, index) => ({
      label: messages.status[status],
      color: `--${status.toLowerCase()}`,
      values: values[index] ?? [],
      drawn: tops[index] ?? [],
    })).reverse();
  }, [points, step_s, messages]);

  const ranks = useMemo(() => {
    const of = (field: 'delivery_latency_ms' | 'run_duration_ms'): readonly ChartSeries[] =>
      percentilesOf(points, field).map((values, index) => ({
        label: [overview.p50, overview.p95, overview.p99][index] ?? '',
        color: RANK_COLORS[index] ?? '--muted',
        values,
      }));
    return { delivery: of('delivery_latency_ms'), duration: of('run_duration_ms') };
  }, [points, overview]);

  const errors = useMemo<readonly ChartSeries[]>(
    () => [{ label: overview.errors, color: '--failure', values: errorRateOf(points) }],
    [points, overview],
  );
  return (
    <div className={css.charts}>
      <Panel title={overview.throughput} hint={overview.throughputHint}>
        <Chart
          title={overview.throughput}
          kind="bars"
          times={times}
          series={throughput}
          format={formats.rate}
          max={ONE_EVENT_A_SECOND}
        />
      </Panel>
      <Panel title={overview.latency} hint={overview.latencyHint}>
        <Chart
          title={overview.latency}
          kind="lines"
          times={times}
          series={ranks.delivery}
          format={formats.duration}
          max={10}
        />
      </Panel>
      <Panel title={overview.errors} hint={overview.errorsHint}>
        <Chart
          title={overview.errors}
          kind="area"
          times={times}
          series={errors}
          format={formats.percent}
          max={FIVE_PER_CENT}
        />
      </Panel>
      <Panel title={overview.duration} hint={overview.durationHint}>
        <Chart
          title={overview.duration}
          kind="lines"
          times={times}
          series={ranks.duration}
          format={formats.duration}
          max={10}
        />
      </Panel>
    </div>
  );
}
