import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useFormats, useMessages } from '../i18n/language.tsx';
import css from './chart.module.css';
import { type Column, highestOf, newestOf } from './chart-data.ts';
import { colorOf } from './colors.ts';

export interface ChartSeries {
  readonly label: string;
  /** The name of a variable of the style sheet. */
  readonly color: string;
  /** What the legend says. */
  readonly values: Column;
  /** What is drawn, where that is something else: the top of a stacked bar. */
  readonly drawn?: Column;
}

interface ChartProps {
  readonly title: string;
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly kind: 'bars' | 'lines' | 'area';
  readonly format: (value: number) => string;
  /** The least that the axis reaches to, so that noise about zero does not look like a mountain. */
  readonly max?: number;
}

const HEIGHT_PX = 168;
const AXIS_PX = 52;
/** One name for all: pointing at one chart marks the time in the others. */
const SYNC = 'overview';

export function Chart(props: ChartProps) {
  const { title, times, series, format } = props;
  const { overview } = useMessages();
  const formats = useFormats();
  const [pointed, setPointed] = useState<number | null>(null);
  const host = useChart(props, setPointed);
  const isEmpty = series.every(({ values }) => values.every((value) => value === null || value === 0));
  // Of stacked bars the first is the top of all; of percentiles the last is the worst.
  const main = (props.kind === 'bars' ? series[0]?.drawn : series.at(-1)?.values) ?? [];
  const words = (value: number | null): string => (value === null ? '–' : format(value));
  const time = pointed === null ? undefined : times[pointed];
  return (
    <figure className={css.figure}>
      <div
        className={css.frame}
        ref={host}
        role="img"
        aria-label={overview.chartSummary(title, words(newestOf(main)), words(highestOf(main)))}
      />
      {isEmpty && <span className={css.empty}>{overview.noData}</span>}
      <figcaption className={css.legend}>
        {series.map(({ label, color, values }) => (
          <span key={label} className={css.entry}>
            <span className={css.key} style={{ background: `var(${color})` }} />
            {label}
            <span className={`${css.value} tabular`}>
              {words(pointed === null ? newestOf(values) : (values[pointed] ?? null))}
            </span>
          </span>
        ))}
      </figcaption>
      {time !== undefined && (
        <span className={`${css.when} tabular`}>{formats.moment(new Date(time * 1_000).toISOString())}</span>
      )}
    </figure>
  );
}

function useChart(props: ChartProps, onPoint: (index: number | null) => void) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  const formats = useFormats();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const { times, series, kind } = props;
  const names = series.map(({ label, color }) => `${label}${color}`).join();
  const data = useMemo<uPlot.AlignedData>(
    () => [[...times], ...series.map(({ values, drawn }) => [...(drawn ?? values)])],
    [times, series],
  );
  const newest = useRef(data);
  useEffect(() => {
    latest.current = props;
    newest.current = data;
    chart.current?.setData(data);
  }, [props, data]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew where colours, words or kinds change
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = new uPlot(
      optionsFor(
        latest,
        element.clientWidth,
        (seconds) => formats.clock(new Date(seconds * 1_000).toISOString()).slice(0, 5),
        onPoint,
      ),
      newest.current,
      element,
    );
    chart.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [names, kind, scheme, formats, onPoint]);
  return host;
}

function optionsFor(
  latest: { readonly current: ChartProps },
  width: number,
  clock: (seconds: number) => string,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const { series, kind } = latest.current;
  const muted = colorOf('--muted');
  const grid = { stroke: colorOf('--line'), width: 1 };
  const font = '11px "Inter Variable", sans-serif';
  return {
    width,
    height: HEIGHT_PX,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: SYNC },
      y: false,
      points: { show: kind !== 'bars', size: 7 },
      drag: { x: false, y: false },
    },
    scales: {
      x: { time: true },
      y: { range: (_, __, high) => [0, Math.max((high ?? 0) * 1.1, latest.current.max ?? 0.000_1)] },
    },
    axes: [
      {
        stroke: muted,
        font,
        grid: { show: false },
        ticks: { show: false },
        size: 26,
        space: 70,
        values: (_, at) => at.map(clock),
      },
      {
        stroke: muted,
        font,
        grid,
        ticks: { show: false },
        size: AXIS_PX,
        space: 34,
        values: (_, at) => at.map((value) => latest.current.format(value)),
      },
    ],
    series: [{}, ...series.map(({ label, color }) => styleOf(kind, label, colorOf(color)))],
    hooks: {
      setCursor: [(made) => onPoint(made.cursor.idx ?? null)],
    },
  };
}

function styleOf(kind: ChartProps['kind'], label: string, color: string): uPlot.Series {
  if (kind === 'bars') {
    const paths = uPlot.paths.bars?.({ size: [0.82, 14], radius: 0.15 });
    return {
      label,
      fill: color,
      width: 0,
      points: { show: false },
      ...(paths === undefined ? {} : { paths }),
    };
  }
  const line = { label, stroke: color, width: 1.6, points: { show: false }, spanGaps: false };
  return kind === 'area'
    ? { ...line, fill: color.replace(')', ' / 14%)').replace(/^rgb\(([^)]*)\)/, transparent) }
    : line;
}

/** `rgb(1, 2, 3 / 14%)` is no colour, `rgb(1 2 3 / 14%)` is. */
const transparent = (_: string, inside: string): string => `rgb(${inside.replaceAll(',', ' ')})`;
