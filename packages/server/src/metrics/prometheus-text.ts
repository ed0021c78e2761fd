import { DEAD_LETTER_REASONS, type Histogram, type ListenerMetrics } from '@taskwire/listener';
import type { Readiness } from '../health/readiness.ts';

type Labelled = Readonly<Partial<Record<string, number>>>;

export interface MetricsSources {
  /** Null where no listener runs in this process. */
  readonly listener: ListenerMetrics | null;
  /** Memory of this process. */
  readonly residentBytes: number;
  readonly parts: readonly Readiness['parts'][number][];
}

/** In the order of severity: the value of `taskwire_part_state`. */
const STATES = ['ok', 'degraded', 'down'] as const;
const LANES = ['stream', 'list', 'channel'];

/**
 * The text format of Prometheus (0.0.4). Written here: the listener counts already, and a client library would count
 * a second time.
 */
export function prometheusText({ listener, residentBytes, parts }: MetricsSources): string {
  const lines = [
    ...gauge('process_resident_memory_bytes', 'Memory of this process.', residentBytes),
    ...family(
      'gauge',
      'taskwire_part_state',
      'How each part of this process is: 0 ok, 1 degraded, 2 down; /health/ready says it in words.',
      parts.map(({ part, state }) => [`{part="${part}"}`, STATES.indexOf(state)]),
    ),
    ...(listener === null ? [] : listenerLines(listener)),
  ];
  return `${lines.join('\n')}\n`;
}

function listenerLines(metrics: ListenerMetrics): readonly string[] {
  const { received, committed, duplicates, dead_letters, totals, gauges, commit_latency_ms } = metrics;
  return [
    ...counters(
      'messages_received',
      'Messages taken in from each lane; of the channel, those that came by no other lane in time.',
      'lane',
      {
        ...zeros(LANES),
        ...received,
      },
    ),
    ...counters('events_committed', 'Events new in the history, by the lane that brought them.', 'lane', {
      ...zeros(LANES),
      ...committed,
    }),
    ...counters('events_duplicate', 'Copies of events that the history had.', 'lane', {
      ...zeros(LANES),
      ...duplicates,
    }),
    ...counters('dead_letters', 'Messages that can never become a row.', 'reason', {
      ...zeros(DEAD_LETTER_REASONS),
      ...dead_letters,
    }),
    ...Object.entries(totals).flatMap(([name, value]) =>
      family('counter', `taskwire_${name}_total`, `${sentence(name)} since the start.`, [['', value]]),
    ),
    ...Object.entries(gauges).flatMap(([name, value]) => listenerGauge(name, value)),
    ...histogram(
      'taskwire_commit_latency_seconds',
      'How long the database took for a batch, COMMIT included.',
      commit_latency_ms,
    ),
  ];
}

/** What has not happened yet is 0 and not absent: otherwise the first time would be no increase. */
const zeros = (keys: readonly string[]): Labelled => Object.fromEntries(keys.map((key) => [key, 0]));

/** Prometheus wants base units: https://prometheus.io/docs/practices/naming/ */
function listenerGauge(name: string, value: number): readonly string[] {
  if (!/_ms(_|$)/.test(name)) return gauge(`taskwire_${name}`, `${sentence(name)} now.`, value);
  const inSeconds = name.replace('_ms', '_seconds');
  return gauge(`taskwire_${inSeconds}`, `${sentence(inSeconds)} now.`, value / 1_000);
}

const counters = (name: string, help: string, label: string, values: Labelled): readonly string[] =>
  family(
    'counter',
    `taskwire_${name}_total`,
    help,
    Object.entries(values).map(([key, value = 0]) => [`{${label}="${key}"}`, value]),
  );

const gauge = (name: string, help: string, value: number): string[] =>
  family('gauge', name, help, [['', value]]);

function histogram(name: string, help: string, { bounds, counts, sum, count }: Histogram): readonly string[] {
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return [`_bucket{le="${bound / 1_000}"}`, below] as const;
  });
  return family('histogram', name, help, [
    ...buckets,
    ['_bucket{le="+Inf"}', count],
    ['_sum', sum / 1_000],
    ['_count', count],
  ]);
}

function family(
  type: 'counter' | 'gauge' | 'histogram',
  name: string,
  help: string,
  samples: readonly (readonly [suffix: string, value: number])[],
): string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([suffix, value]) => `${name}${suffix} ${value}`),
  ];
}

const sentence = (name: string): string =>
  `${name[0]?.toUpperCase() ?? ''}${name.slice(1).replaceAll('_', ' ')}`;
