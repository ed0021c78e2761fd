export const STATS = {
  tasks: { PENDING: 2, RUNNING: 5, RETRY: 0, FAILURE: 1, CANCELLED: 0, SUCCESS: 120 },
  open_tasks: 7,
  lag_ms: 0,
  dead_letters_open: 1,
  workers_alive: 1,
  open_holes: 0,
};

const percentiles = { p50: 3.2, p95: 8.1, p99: 12.4 };

export const STATS_SERIES = {
  step_s: 60,
  from: '2026-03-03T09:15:00.000000Z',
  to: '2026-03-03T09:16:00.000000Z',
  points: [
    {
      at: '2026-03-03T09:15:00.000000Z',
      events: 24,
      by_status: { PENDING: 8, RUNNING: 8, RETRY: 0, FAILURE: 1, CANCELLED: 0, SUCCESS: 7 },
      failures: 1,
      dead_letters: 0,
      commit_latency_ms: percentiles,
      delivery_latency_ms: { p50: 4.1, p95: 10.2, p99: 15.5 },
      run_duration_ms: null,
    },
  ],
};

export const TASK_NAMES = {
  task_names: [
    {
      task_name: 'tasks.web.system.analyze_resources',
      tasks: 128,
      runnable: true,
      example_params: { sample_ms: 500 },
    },
  ],
};

export const WORKERS = {
  workers: [
    {
      worker_id: 'worker-1:4711:9b2f',
      worker_container: 'secretflow-worker',
      publisher_id: 'kq3v0mZp4Tn2',
      pid: 4711,
      started_at: '2026-03-03T08:00:00.000000Z',
      heartbeat_at: '2026-03-03T09:15:01.000000Z',
      clock_skew_ms: 0.4,
      running: ['019cb1f2-7c1e-7a44-8f0b-2d6c9a51e0b7'],
      outbox_depth: 1,
      oldest_unacknowledged_ms: 12,
      stopped_at: null,
    },
  ],
};

export const PUBLISHER_PAGE = {
  publishers: [
    {
      publisher_id: 'kq3v0mZp4Tn2',
      worker_container: 'secretflow-worker',
      low_water: 39,
      highest: 42,
      missing: [[40, 40]],
      missing_count: 1,
      first_seen_at: '2026-03-03T08:00:00.412000Z',
      last_seen_at: '2026-03-03T09:15:02.156020Z',
      closed_at: null,
      last_sequence: null,
      outbox_depth: 1,
    },
  ],
  next_cursor: null,
};

export const AUDIT_PAGE = {
  entries: [
    {
      id: 31,
      at: '2026-03-03T09:20:11.000512Z',
      actor: 'anna',
      role: 'operator',
      action: 'replay',
      target: '7',
      detail: { reason: 'invalid_field' },
      remote_address: '192.0.2.17',
    },
  ],
  next_cursor: null,
};

export const READY = {
  ready: true,
  state: 'degraded',
  parts: [
    {
      part: 'api',
      state: 'ok',
      since: '2026-03-03T08:00:00.000000Z',
      detail: 'tasks can be submitted and read',
      meaning: '',
    },
    {
      part: 'redis',
      state: 'degraded',
      since: '2026-03-03T09:14:00.000000Z',
      detail: 'not connected',
      meaning: 'events wait in the outboxes of their workers',
    },
  ],
};

export const NOT_READY = {
  ready: false,
  state: 'down',
  parts: [
    {
      part: 'api',
      state: 'down',
      since: '2026-03-03T09:14:00.000000Z',
      detail: 'shown with a token',
      meaning: 'nothing can be submitted or read; events wait in Redis',
    },
  ],
};

export const METRICS = `# HELP process_resident_memory_bytes Memory of this process.
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 92274688
`;
