import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, waitUntil } from '@taskwire/test-harness';
import type { Engine } from './engine.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));

export interface ShownTask {
  readonly task_request_id: string;
  readonly task_name: string;
  readonly status: string;
  readonly result: unknown;
  readonly history: readonly {
    readonly event_id: string;
    readonly status: string;
    readonly attempt: number;
    readonly event_time: string;
  }[];
}

/** deploy/docker-compose.yml, up. */
export interface Deployment extends AsyncDisposable {
  compose(...commandArguments: readonly string[]): string;
  /** The engine's name of a service's container. */
  containerOf(service: string): string;
  /** Its first process, as this machine numbers it; 0 where it does not run. */
  pidOf(service: string): number;
  /** Waits until its HEALTHCHECK has succeeded. */
  healthy(service: string): Promise<unknown>;
  /** Through the proxy, as an operator. */
  request(method: 'GET' | 'POST', address: string, body?: unknown): Promise<Response>;
  /** Submits one short task, again until it is taken. @returns its id */
  submit(): Promise<string>;
  /** Sends tasks to Celery from within its worker's container. @returns their ids */
  sendToCelery(tasks: { readonly count: number; readonly pages: number }): readonly string[];
  show(taskRequestId: string): Promise<ShownTask>;
  /** Waits until this task has succeeded. */
  succeeds(taskRequestId: string, timeoutMs?: number): Promise<ShownTask>;
}

export async function deploy(engine: Engine): Promise<Deployment> {
  const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-deploy-'));
  cpSync(DEPLOY, folder, { recursive: true });
  const project = path.basename(folder).toLowerCase();
  const port = await freePort();
  const made = spawnSync(path.join(folder, 'make-secrets.sh'), { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`make-secrets.sh: ${made.stderr}`);
  const token = /^TASKWIRE_OPERATOR_TOKENS=operator:(\w+)$/m.exec(
    readFileSync(path.join(folder, '.env'), 'utf8'),
  )?.[1];
  const env = { COMPOSE_PROJECT_NAME: project, TASKWIRE_PUBLISH: `127.0.0.1:${port}` };
  const compose = (...given: readonly string[]) => engine.compose(folder, given, env);

  // Compose would take a second for it.
  const containerOf = (service: string) => {
    const labels = [`com.docker.compose.project=${project}`, `com.docker.compose.service=${service}`];
    return engine.docker(['ps', '-aq', ...labels.flatMap((label) => ['-f', `label=${label}`])]).trim();
  };
  const request = (method: 'GET' | 'POST', address: string, body?: unknown) =>
    fetch(`http://127.0.0.1:${port}${address}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    });
  const show = async (id: string): Promise<ShownTask> => {
    const answer = await request('GET', `/api/v1/tasks/${id}`);
    if (!answer.ok) throw new Error(`${answer.status} for ${id}`);
    return (await answer.json()) as ShownTask;
  };

  const deployment: Deployment = {
    compose,
    containerOf,
    pidOf: (service) => Number(engine.docker(['inspect', '-f', '{{.State.Pid}}', containerOf(service)])),
    healthy: (service) => {
      const container = containerOf(service);
      return waitUntil(
        () => engine.docker(['inspect', '-f', '{{.State.Health.Status}}', container]).trim() === 'healthy',
        { what: `${service} to be healthy`, timeoutMs: 90_000, pollMs: 500 },
      );
    },
    request,
    submit: async () => {
      const id = crypto.randomUUID();
      const task = {
        task_request_id: id,
        task_name: 'tasks.web.system.analyze_resources',
        params: { sample_ms: 50 },
      };
      return waitUntil(
        async () => {
          const answer = await request('POST', '/api/v1/tasks', task);
          // 409: an earlier try was taken after all, and its answer lost.
          if (answer.status === 202 || answer.status === 409) return id;
          throw new Error(`${answer.status}: ${await answer.text()}`);
        },
        { what: `task ${id} to be taken`, timeoutMs: 60_000, pollMs: 100 },
      );
    },
    sendToCelery: ({ count, pages }) => {
      const send = `from tasks import make_report\nfor _ in range(${count}): print(make_report.delay(${pages}).id)`;
      const sent = engine.docker(['exec', containerOf('secretflow-worker'), 'python', '-c', send]);
      return sent.trim().split('\n');
    },
    show,
    succeeds: (id, timeoutMs = 60_000) =>
      waitUntil(
        async () => {
          const task = await show(id);
          return task.status === 'SUCCESS' ? task : undefined;
        },
        { what: `SUCCESS of ${id}`, timeoutMs, pollMs: 200 },
      ),
    [Symbol.asyncDispose]: async () => {
      compose('down', '--volumes', '--timeout', '5');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  compose('up', '-d', '--no-build');
  return deployment;
}
