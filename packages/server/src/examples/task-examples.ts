/** One task, from its submission to its end, as the documents show it. The tests check each against its schema. */
const task_request_id = '019cb1f2-7c1e-7a44-8f0b-2d6c9a51e0b7';
const task_name = 'tasks.web.system.analyze_resources';
const worker_source = 'secretflow-worker';
const params = { sample_ms: 500 };

export const NEW_TASK = { task_name, params, options: { attempts: 3 } };

export const RERUN = { params: { sample_ms: 2_000 } };

const waiting = {
  task_request_id,
  task_name,
  status: 'PENDING',
  attempt: 0,
  progress: null,
  params,
  result: null,
  error: null,
  error_type: null,
  worker_source: 'web',
  created_at: '2026-03-03T09:15:00.126000Z',
  started_at: null,
  finished_at: null,
  last_status_update: '2026-03-03T09:15:00.126000Z',
  rerun_of: null,
  conflict: false,
  revision: 1_772_529_300_126_000,
};

export const WAITING_TASK = waiting;

const CANCELLED_TASK = {
  ...waiting,
  status: 'CANCELLED',
  finished_at: '2026-03-03T09:15:01.004000Z',
  last_status_update: '2026-03-03T09:15:01.004000Z',
  revision: 1_772_529_301_004_000,
};

const FINISHED_TASK = {
  ...waiting,
  status: 'SUCCESS',
  attempt: 1,
  progress: 1,
  result: { cpu_percent: 12.5, memory_percent: 41.2 },
  worker_source,
  started_at: '2026-03-03T09:15:00.140213Z',
  finished_at: '2026-03-03T09:15:02.151870Z',
  last_status_update: '2026-03-03T09:15:02.151870Z',
  revision: 1_772_529_302_152_000,
};

const logged = {
  task_request_id,
  task_name,
  attempt: 1,
  worker_source,
  applied: true,
  progress: null,
  source: null,
  lane: 'stream',
  publisher_id: 'kq3v0mZp4Tn2',
};

export const TASK_WITH_HISTORY = {
  ...FINISHED_TASK,
  history: [
    {
      ...logged,
      event_id: '019cb1f2-7c1e-7a44-8f0b-2d6c9a51e0b8',
      status: 'PENDING',
      attempt: 0,
      message: 'Task is waiting for a worker',
      worker_source: 'web',
      data: {},
      event_time: '2026-03-03T09:15:00.126000Z',
      received_at: '2026-03-03T09:15:00.127311Z',
      lane: 'http',
      publisher_id: null,
      sequence: null,
    },
    {
      ...logged,
      event_id: '019cb1f2-7c2c-7b01-9c55-4f1e0a7d2c13',
      status: 'RUNNING',
      message: 'Task started',
      data: { started_at: '2026-03-03T09:15:00.140213Z' },
      event_time: '2026-03-03T09:15:00.140213Z',
      received_at: '2026-03-03T09:15:00.144907Z',
      sequence: 41,
    },
    {
      ...logged,
      event_id: '019cb1f2-8407-7c6e-a0d4-91b3c5f2e688',
      status: 'SUCCESS',
      message: 'Task succeeded',
      data: { result: { cpu_percent: 12.5, memory_percent: 41.2 }, execution_time: 2.011657 },
      event_time: '2026-03-03T09:15:02.151870Z',
      received_at: '2026-03-03T09:15:02.156020Z',
      sequence: 42,
    },
  ],
  history_complete: true,
  reruns: [],
  conflicting: [],
};

const { params: _params, result: _result, ...summary } = FINISHED_TASK;

export const TASK_SUMMARY = summary;

export const TASK_PAGE = {
  tasks: [TASK_SUMMARY],
  next_cursor:
    'WyItY3JlYXRlZF9hdCIsIjIwMjYtMDMtMDNUMDk6MTU6MDAuMTI2MDAwWiIsIjAxOWNiMWYyLTdjMWUtN2E0NC04ZjBiLTJkNmM5YTUxZTBiNyJd',
  searched_to: null,
};

export const CANCELLED = {
  outcome: 'cancelled',
  detail: 'No worker had begun it; it was taken out of the queue and will not run.',
  task: CANCELLED_TASK,
};

export const ALREADY_FINAL = {
  outcome: 'already_final',
  detail: 'It is SUCCESS already; nothing was done.',
  task: FINISHED_TASK,
};

export const TASK_CHANGE = {
  task_request_id,
  status: 'SUCCESS',
  task_name,
  attempt: 1,
  progress: 1,
  last_status_update: '2026-03-03T09:15:02.151870Z',
  revision: 3,
  transaction: 90_417,
};

/** What comes first after connecting, and then as the task ends. */
export const EVENT_STREAM = `retry: 1000

event: change
id: 5f0c8a3e6d55.1xrl
data: {"task_request_id":"${task_request_id}","status":"SUCCESS","task_name":"${task_name}","attempt":1,"progress":1,"last_status_update":"2026-03-03T09:15:02.151870Z","revision":3}

: ping

`;
