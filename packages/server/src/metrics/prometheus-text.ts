import type { Histogram, ListenerMetrics } from '@taskwire/listener';

type Labelled = Readonly<Partial<Record<string, number>>>;

/**
 * The text format of Prometheus (0.0.4). Written here: the listener counts already, and a client library would count
 * a second time.
 * @param residentBytes memory of this process
 */
export function prometheusText(metrics: ListenerMetrics | null, residentBytes: number): string {
  const lines = gauge('process_resident_memory_bytes', 'Memory of this process.', residentBytes);
  if (metrics !== null) lines.push(...listenerLines(metrics));
  return `${lines.join('\n')}\n`;
}

function listenerLines(metrics: ListenerMetrics): readonly string[] {
  const { received, committed, duplicates, dead_letters, totals, gauges, commit_latency_ms } = metrics;
  return [
    ...counters('messages_received', 'Messages taken from each lane, copies included.', 'lane', received),
    ...counters(
      'events_committed',
      'Events new in the history, by the lane that brought them.',
      'lane',
      committed,
    ),
    ...counters('events_duplicate', 'Copies of events that the history had.', 'lane', duplicates),
    ...counters('dead_letters', 'Messages that can never become a row.', 'reason', dead_letters),
    ...Object.entries(totals).flatMap(([name, value]) =>
      family('counter', `taskwire_${name}_total`, `${sentence(name)} since the start.`, [['', value]]),
    ),
    ...Object.entries(gauges).flatMap(([name, value]) =>
      gauge(`taskwire_${name}`, `${sentence(name)} now.`, value),
    ),
    ...histogram(
      'taskwire_commit_latency_seconds',
      'From taking a batch in hand to its COMMIT.',
      commit_latency_ms,
    ),
  ];
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
