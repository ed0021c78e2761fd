/** The Grafana dashboard, as code: `npm run generate` writes it to deploy/monitoring/grafana/taskwire.json. */
interface Query {
  readonly expr: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  /** What a reader should think when the line moves. */
  readonly description: string;
  readonly kind: 'stat' | 'timeseries';
  /** Of Grafana: s, bytes, short, reqps … */
  readonly unit: string;
  readonly queries: readonly Query[];
}

/** Grafana counts 24 columns. */
const COLUMNS = 24;
const STAT = { w: 4, h: 4 } as const;
const GRAPH = { w: 8, h: 8 } as const;

const stat = (title: string, unit: string, expr: string, description: string): Panel => ({
  title,
  description,
  kind: 'stat',
  unit,
  queries: [{ expr, legend: '' }],
});

const graph = (title: string, unit: string, description: string, ...queries: readonly Query[]): Panel => ({
  title,
  description,
  kind: 'timeseries',
  unit,
  queries,
});

const commitQuantile = (quantile: number): Query => ({
  expr: `histogram_quantile(${quantile}, sum by (le) (rate(taskwire_commit_latency_seconds_bucket[$__rate_interval])))`,
  legend: `p${quantile * 100}`,
});

const rate = (metric: string, by: string): Query => ({
  expr: `sum by (${by}) (rate(${metric}[$__rate_interval]))`,
  legend: `{{${by}}}`,
});

const PANELS: readonly Panel[] = [
  stat('Worst part', 'short', 'max(taskwire_part_state)', '0 ok, 1 degraded, 2 down'),
  stat(
    'Events/s',
    'short',
    'sum(rate(taskwire_events_committed_total[$__rate_interval]))',
    'New in the history',
  ),
  stat('Oldest waiting', 's', 'max(taskwire_stream_oldest_seconds)', 'Age of the oldest event in Redis'),
  stat('Open holes', 'short', 'max(taskwire_open_holes)', 'Sent by workers, not yet in the database'),
  stat('Workers', 'short', 'max(taskwire_workers_alive)', 'By their heartbeats'),
  stat('Outboxes', 'short', 'max(taskwire_outbox_depth)', 'Events that the database has not acknowledged'),
  graph(
    'Events by lane',
    'short',
    'The channel should be flat: it carries only while Redis refuses the stream.',
    rate('taskwire_events_committed_total', 'lane'),
  ),
  graph(
    'Commit latency',
    's',
    'From taking a batch in hand to its COMMIT.',
    commitQuantile(0.5),
    commitQuantile(0.95),
    commitQuantile(0.99),
  ),
  graph(
    'Waiting in Redis',
    'short',
    'Should come back to zero.',
    { expr: 'max(taskwire_stream_length)', legend: 'stream' },
    { expr: 'max(taskwire_queue_length)', legend: 'list' },
    { expr: 'max(taskwire_channel_copies_held)', legend: 'channel copies held' },
  ),
  graph('Waiting at workers', 's', 'Age of the oldest event that the database has not acknowledged.', {
    expr: 'max(taskwire_oldest_unacknowledged_seconds_max)',
    legend: 'oldest',
  }),
  graph(
    'Copies that changed nothing',
    'short',
    'High after Redis lost something, or was away: outboxes send again.',
    rate('taskwire_events_duplicate_total', 'lane'),
  ),
  graph(
    'Lost in Redis, and recovered',
    'short',
    'Both should be flat; the second follows the first.',
    { expr: 'sum(increase(taskwire_events_lost_total[$__rate_interval]))', legend: 'lost' },
    { expr: 'sum(increase(taskwire_events_recovered_total[$__rate_interval]))', legend: 'recovered' },
  ),
  graph('Dead letters', 'short', 'Events that can never become a row as they are, by reason.', {
    expr: 'sum by (reason) (increase(taskwire_dead_letters_total[$__rate_interval])) > 0',
    legend: '{{reason}}',
  }),
  graph(
    'Corrections and conflicts',
    'short',
    'Tasks whose worker is gone; tasks that ended twice.',
    { expr: 'sum(increase(taskwire_corrections_total[$__rate_interval]))', legend: 'corrected' },
    { expr: 'sum(increase(taskwire_merge_conflicts_total[$__rate_interval]))', legend: 'conflicts' },
  ),
  graph('Memory', 'bytes', 'A step is load, a slope is a leak.', {
    expr: 'process_resident_memory_bytes{job="taskwire"}',
    legend: '{{instance}}',
  }),
  graph('Parts', 'short', '0 ok, 1 degraded, 2 down.', {
    expr: 'max by (part) (taskwire_part_state)',
    legend: '{{part}}',
  }),
  graph(
    'Held and started again',
    'short',
    'Batches that the database did not take, and parts that failed.',
    { expr: 'sum(increase(taskwire_batches_held_total[$__rate_interval]))', legend: 'batches held' },
    { expr: 'sum(increase(taskwire_part_restarts_total[$__rate_interval]))', legend: 'restarts' },
    { expr: 'sum(increase(taskwire_locks_met_total[$__rate_interval]))', legend: 'locks met' },
  ),
  graph('Clock skew', 's', 'The most that the clock of a worker differs from that of Redis.', {
    expr: 'max(taskwire_clock_skew_seconds_max)',
    legend: 'skew',
  }),
];

/** In the JSON model of Grafana 10 and newer. */
export function grafanaDashboard(): object {
  const place = createPlacer();
  return {
    uid: 'taskwire',
    title: 'taskwire',
    tags: ['taskwire'],
    timezone: 'browser',
    schemaVersion: 39,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }],
    },
    panels: PANELS.map((panel, index) => ({
      id: index + 1,
      type: panel.kind,
      title: panel.title,
      description: panel.description,
      datasource: { type: 'prometheus', uid: '$datasource' },
      gridPos: place(panel.kind === 'stat' ? STAT : GRAPH),
      fieldConfig: { defaults: { unit: panel.unit, min: 0 }, overrides: [] },
      targets: panel.queries.map(({ expr, legend }, query) => ({
        refId: String.fromCharCode(65 + query),
        expr,
        legendFormat: legend,
      })),
    })),
  };
}

/** Row by row, from the left. */
function createPlacer() {
  let [x, y, rowHeight] = [0, 0, 0];
  return ({ w, h }: { readonly w: number; readonly h: number }) => {
    if (x + w > COLUMNS) {
      [x, y] = [0, y + rowHeight];
      rowHeight = 0;
    }
    const gridPos = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return gridPos;
  };
}
