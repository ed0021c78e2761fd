import type { Api } from '../../packages/server/test/start-api.ts';

const TASKS = 40;

/** Something of everything that answers can speak of, so that what is described is also seen. */
export async function furnishTarget(api: Api): Promise<void> {
  await submitTasks(api);
  await handInEvents(api);
  await addDeadLetters(api);
  await api.service.recordHeartbeats([
    {
      worker_id: 'worker-1:host:1:a',
      worker_container: 'worker-1',
      publisher_id: 'publisher-1',
      pid: 1,
      started_at: '2026-01-01T00:00:00Z',
      at_ms: Date.now(),
      clock_skew_ms: -3,
      running: ['task-1'],
      outbox_depth: 2,
      oldest_unacknowledged_ms: 15,
      publishers: [{ publisher_id: 'publisher-1', last_sequence: TASKS * 2, closed: false }],
    },
  ]);
  await api.flushStats();
}

async function submitTasks(api: Api): Promise<void> {
  for (let index = 0; index < TASKS; index++) {
    await api.post('/api/v1/tasks', {
      task_request_id: `task-${index}`,
      task_name: `tasks.fuzz.${index % 3}`,
      params: { index, text: "<script>alert('任务')</script>" },
    });
  }
}

/** Progress, tries, errors, contradictions, and a publisher with holes. */
async function handInEvents(api: Api): Promise<void> {
  let count = 0;
  const event = (index: number, status: string, data: object, more: object = {}) => ({
    schema_version: 1,
    task_request_id: `task-${index}`,
    task_name: `tasks.fuzz.${index % 3}`,
    status,
    timestamp: new Date().toISOString(),
    data,
    worker_container: 'worker-1',
    event_id: `${timePrefix()}-7000-8000-${String(++count).padStart(12, '0')}`,
    publisher_id: 'publisher-1',
    sequence: index * 2 + (status === 'RUNNING' ? 1 : 2),
    attempt: 1,
    ...more,
  });
  const events = Array.from({ length: TASKS - 10 }, (_, index) => [
    event(index, 'RUNNING', { started_at: 'now' }, { progress: 0.25 }),
    ...(index % 4 === 0 ? [event(index, 'SUCCESS', { result: { index, rows: [1, null, 'x'] } })] : []),
    ...(index % 8 < 2 ? [event(index, 'FAILURE', { error: '\u001b[31mno', error_type: 'E\nvil' })] : []),
    ...(index % 4 === 2 ? [event(index, 'RETRY', { error: 'again' })] : []),
  ]).flat();
  const answer = await api.post('/api/v1/events', events);
  if (answer.body.accepted !== events.length) throw new Error(JSON.stringify(answer.body));
}

/** The time of a UUID version 7: what is older than the history is refused. */
const timePrefix = (): string =>
  Date.now()
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-');

/** Some that can be applied after all, some that cannot. */
async function addDeadLetters(api: Api): Promise<void> {
  const good = (index: number): string =>
    JSON.stringify({
      task_request_id: `task-${index}`,
      status: 'RUNNING',
      timestamp: new Date().toISOString(),
      data: {},
      worker_container: 'worker-0',
    });
  const payloads = Array.from({ length: TASKS }, (_, index) =>
    index % 4 === 0 ? `broken ${index}` : good(index),
  );
  await api.service.apply({
    events: [],
    deadLetters: payloads.map((payload) => ({
      lane: 'list',
      reason: 'unknown_schema_version',
      detail: 'schema_version 9 is not known here',
      payload,
      payload_bytes: payload.length,
      task_request_id: null,
      publisher_id: null,
      sequence: null,
    })),
  });
}
