export const EVENT_V0 = {
  task_request_id: '5f0c8a3e-6d55-4d0e-9a52-0d0f4c2b7a11',
  status: 'RUNNING',
  timestamp: '2026-03-03T09:15:00.123456Z',
  data: { cpu_usage: 12.5 },
  worker_container: 'secretflow-worker',
};

export const EVENT_V1 = {
  schema_version: 1,
  task_request_id: '019cb1f2-7c1e-7a44-8f0b-2d6c9a51e0b7',
  status: 'SUCCESS',
  timestamp: '2026-03-03T09:15:02.151870Z',
  data: { result: { cpu_percent: 12.5 }, execution_time: 2.011657 },
  worker_container: 'secretflow-worker',
  task_name: 'tasks.web.system.analyze_resources',
  event_id: '019cb1f2-8407-7c6e-a0d4-91b3c5f2e688',
  publisher_id: 'kq3v0mZp4Tn2',
  sequence: 42,
  attempt: 1,
};

export const INGEST_ANSWER = {
  accepted: 1,
  duplicates: 0,
  dead_lettered: [
    {
      index: 1,
      reason: 'invalid_field',
      detail: 'status: expected one of RUNNING, SUCCESS, FAILURE, RETRY, got "DONE"',
    },
  ],
};
