import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { openPostgres } from '@taskwire/listener';
import { createEventIdSource } from '@taskwire/protocol';
import { freshDatabaseUrl, type StartedProcess, startProcess, waitUntil } from '@taskwire/test-harness';
import { type House, startHouse } from '../start-house.ts';
import { writeHourBefore } from './hour-before.ts';

const WORKER = new URL('../../../apps/worker/src/main.ts', import.meta.url);
const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));

/** A house in which something goes on, and where to look. */
export interface Stage extends AsyncDisposable {
  readonly house: House;
  readonly tasks: {
    readonly running: string;
    readonly succeeded: string;
    readonly failed: string;
    readonly retried: string;
  };
}

/** Runs for as long as pictures are taken. */
const LONG_MS = 60_000;

export async function furnishStage(): Promise<Stage> {
  const databaseUrl = await freshDatabaseUrl();
  const house = await startHouse({
    env: {
      DATABASE_URL: databaseUrl,
      WORKER_CONTAINER_ID: 'worker-a',
      TASKWIRE_WORKER_CONCURRENCY: '2',
      TASKWIRE_NETWORK_ALLOW: '127.0.0.1',
    },
  });
  const workers = await Promise.all(['worker-b', 'worker-c'].map((name) => startWorker(house, name)));
  const database = openPostgres({ url: databaseUrl });
  await writeHourBefore(database, Date.now());
  await database.close();
  await sendBadEvents(house);
  return {
    house,
    tasks: await runTasks(house),
    [Symbol.asyncDispose]: async () => {
      for (const worker of workers) await worker.stop();
      await house[Symbol.asyncDispose]();
    },
  };
}

const startWorker = (house: House, name: string): Promise<StartedProcess> =>
  startProcess(WORKER, {
    env: {
      REDIS_URL: house.redis.url,
      WORKER_CONTAINER_ID: name,
      TASKWIRE_DATA_DIR: house.directory,
      TASKWIRE_WORKER_CONCURRENCY: '2',
      TASKWIRE_NETWORK_ALLOW: '127.0.0.1',
    },
  });

interface Task {
  readonly task_request_id: string;
  readonly status: string;
  readonly progress: number | null;
}

async function runTasks(house: House): Promise<Stage['tasks']> {
  const { hostname, port } = new URL(house.url);
  const submit = async (task_name: string, params: object, attempts = 1): Promise<string> => {
    const wish = { task_name: `tasks.web.${task_name}`, params, options: { attempts } };
    return (await house.post<Task>('api/v1/tasks', wish)).task_request_id;
  };
  const becomes = (id: string, status: string) =>
    waitUntil(async () => (await house.get<Task>(`api/v1/tasks/${id}`)).status === status, {
      what: `${status} of ${id}`,
      timeoutMs: 60_000,
      pollMs: 100,
    });
  const succeeded = await submit('diagnostics.analyze_network_performance', {
    host: hostname,
    port: Number(port),
    tries: 8,
    interval_ms: 150,
  });
  const retried = await submit('certificate.decrypt_certificate_data', {
    encrypted: 'twc1.k1.AAAA.BBBB.CCCC',
  });
  const failed = await submit('diagnostics.analyze_connectivity_matrix', {
    hosts: ['169.254.169.254'],
    ports: [80],
    duration_ms_max: 'soon',
  });
  await submit('system.analyze_cleanup_statistics', { folders: [DOCS], older_than_days: 1 });
  await submit('system.analyze_file_cleanup_patterns', { folders: [DOCS] });
  await submit('certificate.encrypt_certificate_data', { data: 'a text that nobody else is to read' });
  await becomes(succeeded, 'SUCCESS');
  await becomes(failed, 'FAILURE');
  await becomes(retried, 'FAILURE');
  const long: string[] = [];
  for (const share of [0.55, 0.7, 0.8, 0.9, 1]) {
    long.push(await submit('system.analyze_resources', { sample_ms: LONG_MS * share }));
  }
  const running = long[0] ?? '';
  await waitUntil(async () => ((await house.get<Task>(`api/v1/tasks/${running}`)).progress ?? 0) > 0.15, {
    what: 'some progress',
    timeoutMs: LONG_MS,
    pollMs: 200,
  });
  // More than there is place for: these wait, and nobody wants one of them any more.
  const waiting: string[] = [];
  for (let index = 0; index < 5; index++)
    waiting.push(await submit('system.analyze_resources', { sample_ms: LONG_MS }));
  await house.post(`api/v1/tasks/${waiting[0]}/cancel`);
  return { running, succeeded, failed, retried };
}

/** Each could not be applied for a reason of its own. */
async function sendBadEvents(house: House): Promise<void> {
  const now = new Date().toISOString().replace('Z', '000Z');
  const event = {
    task_request_id: 'b7a2f0de-5a51-4f0e-9d6b-0d0a3f1c7e42',
    status: 'SUCCESS',
    timestamp: now,
    data: { result: { rows: 1_204 } },
    worker_container: 'worker-legacy',
  };
  const letters = [
    '{"task_request_id": "b7a2f0de-5a51-4f0e-9d6b-0d0a3f1c7e42", "status": "RUNN',
    JSON.stringify({ ...event, status: 'FINISHED' }),
    JSON.stringify({ ...event, timestamp: 'yesterday' }),
    JSON.stringify({ ...event, schema_version: 7, event_id: '0192f0c1-7b2a-7c3d-8e4f-5a6b7c8d9e0f' }),
    JSON.stringify({ ...event, timestamp: '2011-01-01T00:00:00Z' }),
    '[1, 2, 3]',
  ];
  for (const letter of letters) await house.redis.command('LPUSH', 'task_status_queue', letter);
  // What is between these numbers never came.
  const publisher_id = '5d1f6c2e9a7b4c3d';
  const newEventId = createEventIdSource({ now: Date.now, random: randomBytes });
  const sent = [1, 2, 3, 5, 6, 9].map((sequence) => ({
    ...event,
    schema_version: 1,
    event_id: newEventId(),
    task_request_id: `import-${sequence}`,
    task_name: 'imports.nightly',
    attempt: 1,
    publisher_id,
    sequence,
  }));
  await house.post('api/v1/events', sent);
}
