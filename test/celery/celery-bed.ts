import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database, ReconcilerWish } from '@taskwire/listener';
import { readSettings, redisNames } from '@taskwire/protocol';
import {
  freshDatabaseUrl,
  pythonForTests,
  type RedisServer,
  type StartedProcess,
  startProgram,
  startPython,
  startRedis,
  waitUntil,
} from '@taskwire/test-harness';
import { type RunningListener, startListener } from '../end-to-end/start-listener.ts';

const TASKS = new URL('celery_tasks.py', import.meta.url);

export type Pool = 'prefork' | 'threads' | 'gevent' | 'eventlet' | 'solo';

export interface WorkerWish {
  readonly pool: Pool;
  readonly concurrency?: number;
  /** Settings of Celery. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Tasks to send; in `args`, "NUMBER" stands for the number of each. Their ids are `prefix` and the number. */
export interface TaskWish {
  readonly task: string;
  readonly prefix: string;
  readonly count?: number;
  readonly args?: readonly unknown[];
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Redis for the events and for the broker, a listener on a database of its own, and Celery workers. */
export interface CeleryBed extends AsyncDisposable {
  /** Carries the events. */
  readonly redis: RedisServer;
  /** The same, unless they are to be apart. */
  readonly broker: RedisServer;
  readonly running: RunningListener;
  readonly databaseUrl: string;
  /** Holds the outboxes. */
  readonly directory: string;
  /** Returns when it takes tasks. */
  startWorker(wish: WorkerWish): Promise<StartedProcess>;
  /** By a process of its own, which has ended when this returns. */
  send(...wishes: readonly TaskWish[]): Promise<void>;
  /** As `celery control revoke` does; returns when a worker knows it. */
  revoke(taskId: string, terminate: boolean): Promise<void>;
  /** The history of each task whose id begins with `prefix`, such as `PENDING 1, RUNNING 1, SUCCESS 1`. */
  histories(prefix: string): Promise<ReadonlyMap<string, string>>;
  /** Waits until so many tasks have exactly this history, and none has another one. */
  allHave(prefix: string, count: number, history: string, timeoutMs?: number): Promise<void>;
}

export interface CeleryBedOptions {
  /** The broker has a Redis of its own. */
  readonly brokerApart?: boolean;
  readonly reconciler?: (broker: RedisServer, database: Database) => Omit<ReconcilerWish, 'silentTasks'>;
  /** Celery's result back end; default: none. */
  readonly backend?: (broker: RedisServer, databaseUrl: string) => string;
}

export async function prepareCeleryBed(options: CeleryBedOptions = {}): Promise<CeleryBed> {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-celery-'));
  const redis = await startRedis({ appendOnly: true });
  const broker = options.brokerApart === true ? await startRedis({ appendOnly: true }) : redis;
  const databaseUrl = await freshDatabaseUrl();
  const { reconciler } = options;
  const running = await startListener({
    redisUrl: redis.url,
    names: redisNames(readSettings({})),
    databaseUrl,
    ...(reconciler && { reconciler: (database) => reconciler(broker, database) }),
  });
  const backend = options.backend?.(broker, databaseUrl);
  const surroundings = (container: string, settings: Readonly<Record<string, unknown>> = {}) => ({
    REDIS_URL: redis.url,
    CELERY_BROKER: broker.url,
    ...(backend === undefined ? {} : { CELERY_BACKEND: backend }),
    CELERY_SETTINGS: JSON.stringify(settings),
    TASKWIRE_DATA_DIR: directory,
    TASKWIRE_HEARTBEAT_INTERVAL_MS: '500',
    WORKER_CONTAINER_ID: container,
    TASKWIRE_CELERY_ID_ARGUMENT: 'task_request_id',
    PYTHONDONTWRITEBYTECODE: '1',
  });

  const tell = async (what: string, wish: unknown): Promise<void> => {
    await using producer = await startPython(TASKS, {
      arguments: [what, JSON.stringify(wish)],
      env: surroundings('producer'),
    });
    assert.equal((await producer.exited).code, 0, producer.output());
  };

  const histories: CeleryBed['histories'] = async (prefix) => {
    const sql = `SELECT task_request_id AS id, string_agg(status || ' ' || attempt, ', ' ORDER BY event_time, event_id) AS history
      FROM task_logs WHERE starts_with(task_request_id, $1) AND data ->> 'current' IS NULL GROUP BY 1`;
    const statement = { name: '', sql };
    const rows = await running.database.query<{ readonly id: string; readonly history: string }>(statement, [
      prefix,
    ]);
    return new Map(rows.map((row) => [row.id, row.history]));
  };

  return {
    redis,
    broker,
    running,
    databaseUrl,
    directory,
    histories,
    startWorker: async ({ pool, concurrency = 2, settings, env }) => {
      const worker = await startProgram(
        pythonForTests(),
        [
          '-m',
          'celery',
          '-A',
          'celery_tasks',
          'worker',
          '--pool',
          pool,
          '--concurrency',
          String(concurrency),
          '--loglevel',
          'info',
          '--without-gossip',
          '--without-mingle',
          '--without-heartbeat',
        ],
        {
          cwd: path.dirname(fileURLToPath(TASKS)),
          env: { ...surroundings('celery-worker', settings), ...env },
        },
      );
      await worker.waitForLine(/ ready\.$/, 60_000);
      return worker;
    },
    send: (...wishes) => tell('send', wishes),
    revoke: (taskId, terminate) => tell('revoke', { taskId, terminate }),
    allHave: async (prefix, count, history, timeoutMs = 60_000) => {
      await waitUntil(
        async () => {
          const found = [...(await histories(prefix)).values()];
          return found.length === count && found.every((each) => each === history);
        },
        { what: `${count} times ${history}`, timeoutMs, pollMs: 50 },
      ).catch(async (cause: unknown) => {
        const counts = new Map<string, number>();
        for (const each of (await histories(prefix)).values()) counts.set(each, (counts.get(each) ?? 0) + 1);
        throw new Error(`instead: ${JSON.stringify([...counts])}`, { cause });
      });
    },
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
