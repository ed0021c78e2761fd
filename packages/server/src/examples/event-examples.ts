/** The events of packages/protocol/vectors/base.json, which every client is tested against. */
export const EVENT_V0 = {
  task_request_id: '5f0c8a3e-6d55-4d0e-9a52-0d0f4c2b7a11',
  status: 'RUNNING',
  timestamp: '2026-01-01T10:00:00.123456Z',
  data: { cpu_usage: 12.5 },
  worker_container: 'secretflow-worker',
};

export const EVENT_V1 = {
  schema_version: 1,
  ...EVENT_V0,
  task_name: 'tasks.web.system.analyze_resources',
  event_id: '019b78ff-f900-7000-8000-000000000001',
  publisher_id: 'publisher-1',
  sequence: 1,
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
