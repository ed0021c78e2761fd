import { TASK_CHANGE } from './task-examples.ts';

export const DEAD_LETTER = {
  id: 7,
  lane: 'list',
  reason: 'invalid_field',
  detail: 'status: expected one of RUNNING, SUCCESS, FAILURE, RETRY, got "DONE"',
  payload:
    '{"task_request_id":"5f0c8a3e-6d55-4d0e-9a52-0d0f4c2b7a11","status":"DONE","timestamp":"2026-03-03T09:15:02.151870Z","data":{},"worker_container":"secretflow-worker"}',
  payload_truncated: false,
  payload_bytes: 164,
  task_request_id: '5f0c8a3e-6d55-4d0e-9a52-0d0f4c2b7a11',
  publisher_id: null,
  sequence: null,
  received_at: '2026-03-03T09:15:02.160115Z',
  replayed_at: null,
  discarded_at: null,
};

export const DEAD_LETTER_PAGE = { dead_letters: [DEAD_LETTER], next_cursor: 'WyI3Il0' };

export const REPLAY = { replayed: true, changes: [TASK_CHANGE] };

export const BULK_BY_IDS = { ids: [7, 8, 12] };
export const BULK_BY_FILTER = { filter: { reason: 'unknown_schema_version' } };

export const BULK_ANSWER = {
  done: 2,
  unchanged: 0,
  failed: [
    {
      id: 7,
      code: 'event_invalid',
      detail: 'status: expected one of RUNNING, SUCCESS, FAILURE, RETRY, got "DONE"',
    },
  ],
  remaining: 0,
};
