import { Button, SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useSearchParams } from 'wouter';
import type { Series, Stats } from '../api/overview.ts';
import { useStats } from '../app/use-stats.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { useIsOperator } from '../session/session.tsx';
import { useSubmit } from '../submit/submit-context.tsx';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Waiting } from '../ui/states.tsx';
import { errorRateOver, newestOf, percentilesOf } from './chart-data.ts';
import { Charts } from './charts.tsx';
import css from './overview-page.module.css';
import { ShortList } from './short-list.tsx';
import { StatusCounts } from './status-counts.tsx';
import { Tile } from './tile.tsx';
import { RANGES, type Range, useSeries } from './use-series.ts';

const LAG_MS_WARN = 1_000;
const ERROR_RATE_WARN = 0.05;

// biome-ignore lint/style/noDefaultExport: loaded when it is needed
export default function OverviewPage() {
  const { overview } = useMessages();
  const stats = useStats();
  const [search, setSearch] = useSearchParams();
  const minutes = (Object.keys(RANGES)
    .map(Number)
    .find((each) => String(each) === search.get('minutes')) ?? 60) as Range;
  const series = useSeries(minutes);
  const total =
    stats.data === undefined ? undefined : Object.values(stats.data.tasks).reduce((a, b) => a + b, 0);
  return (
    <Page
      title={overview.title}
      actions={
        <SegmentedControl
          aria-label={overview.range}
          value={String(minutes)}
          onChange={(value) => setSearch(value === '60' ? {} : { minutes: value }, { replace: true })}
          data={Object.keys(RANGES).map((value) => ({
            value,
            label: overview.ranges[Number(value) as Range],
          }))}
        />
      }
    >
      {stats.data !== undefined && <StatusCounts stats={stats.data} />}
      {stats.data === undefined && stats.error !== null && (
        <Panel>
          <Failed error={stats.error} onRetry={() => void stats.refetch()} />
        </Panel>
      )}
      {total === 0 && <Beginning />}
      {stats.data !== undefined && <Tiles stats={stats.data} series={series.data} />}
      {series.data !== undefined && <Charts series={series.data} />}
      {series.data === undefined && series.isPending && (
        <Panel>
          <Waiting rows={8} />
        </Panel>
      )}
      <div className={css.lists}>
        <ShortList title={overview.runningNow} empty={overview.nothingRuns} status="RUNNING" />
        <ShortList title={overview.recentFailures} empty={overview.noFailures} status="FAILURE" />
      </div>
    </Page>
  );
}

function Beginning() {
  const { overview, tasks } = useMessages();
  const isOperator = useIsOperator();
  const submit = useSubmit();
  return (
    <Panel>
      <Empty title={overview.emptyTitle} detail={overview.emptyDetail}>
        {isOperator && (
          <Button leftSection={<IconPlus size={15} />} onClick={() => submit.open()}>
            {tasks.submit}
          </Button>
        )}
      </Empty>
    </Panel>
  );
}

function Tiles({ stats, series }: { readonly stats: Stats; readonly series: Series | undefined }) {
  const { overview } = useMessages();
  const formats = useFormats();
  const points = series?.points ?? [];
  // The last step is still filling.
  const lastFull = points.at(-2);
  const rate = lastFull === undefined || series === undefined ? null : lastFull.events / series.step_s;
  const errorRate = errorRateOver(points);
  const p99 = newestOf(percentilesOf(points, 'delivery_latency_ms')[2] ?? []);
  const orDash = (value: number | null | undefined, format: (value: number) => string): string =>
    value === null || value === undefined ? '–' : format(value);
  const bad = (count: number | undefined) => ((count ?? 0) > 0 ? 'bad' : undefined);
  return (
    <div className={css.tiles}>
      <Tile label={overview.throughput} hint={overview.throughputHint} value={orDash(rate, formats.rate)} />
      <Tile label={overview.latencyTile} hint={overview.latencyHint} value={orDash(p99, formats.duration)} />
      <Tile
        label={overview.lag}
        hint={overview.lagHint}
        value={orDash(stats.lag_ms, formats.duration)}
        tone={(stats.lag_ms ?? 0) > LAG_MS_WARN ? 'warn' : undefined}
      />
      <Tile
        label={overview.errors}
        hint={overview.errorsHint}
        value={orDash(errorRate, formats.percent)}
        tone={(errorRate ?? 0) > ERROR_RATE_WARN ? 'bad' : undefined}
        to="/tasks?status=FAILURE"
      />
      <Tile
        label={overview.open}
        hint={overview.openHint}
        value={orDash(stats.open_tasks, formats.count)}
        to="/tasks?status=PENDING&status=RUNNING&status=RETRY"
      />
      <Tile
        label={overview.workers}
        hint={overview.workersHint}
        value={orDash(stats.workers_alive, formats.count)}
        to="/workers"
      />
      <Tile
        label={overview.holes}
        hint={overview.holesHint}
        value={orDash(stats.open_holes, formats.count)}
        tone={bad(stats.open_holes)}
        to="/publishers?with_holes=true"
      />
      <Tile
        label={overview.letters}
        hint={overview.lettersHint}
        value={orDash(stats.dead_letters_open, formats.count)}
        tone={bad(stats.dead_letters_open)}
        to="/dead-letters"
      />
    </div>
  );
}
