import { type Logger, parseJson } from '@taskwire/protocol';
import { beginConnecting, createRedisConnection, endConnection, whenReady } from '../../redis/connection.ts';
import type { Database } from '../../store/database.ts';
import { loadStatement } from '../../store/load-statement.ts';
import { openPostgres } from '../../store/postgres.ts';
import { createReader } from '../../store/read-rows.ts';
import { sqlStateOf } from '../../store/sql-state.ts';
import type { QueueBackend } from '../queue-backend.ts';
import { type CeleryResult, celeryAnswer, finishedAtMs } from './celery-answer.ts';
import { readPlainPickle } from './plain-pickle.ts';

/** Where Celery keeps what its tasks came to. Connects when it is asked. */
export interface CeleryResults extends QueueBackend {
  close(): Promise<void>;
}

export interface CeleryResultsOptions {
  /** As TASKWIRE_CELERY_RESULT_BACKEND. */
  readonly url: string | undefined;
  /** As TASKWIRE_REDIS_CA_FILE. */
  readonly redisCaFile?: string | undefined;
  /** The database of taskwire: what tasks are called by Celery, where their own ids are others. */
  readonly database: Pick<Database, 'query'>;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Where results are looked up by Celery's own ids. */
interface ResultStore {
  find(celeryTaskId: string): Promise<CeleryResult | null>;
  close(): Promise<void>;
}

/** How long a connection that is being made is waited for. */
const CONNECT_MS_MAX = 2_000;

/** What a result may be nested before it is not looked at; what is kept of it is judged later. */
const DEPTH_MAX = 200;

const UNDEFINED_TABLE = '42P01';

/** Null where nobody said where. */
export function openCeleryResults({ url, ...options }: CeleryResultsOptions): CeleryResults | null {
  if (url === undefined) return null;
  const findCeleryTaskId = loadStatement('find_celery_task_id');
  const read = createReader(options.database);
  const store = /^rediss?:/i.test(url) ? inRedis(url, options) : inPostgres(url);
  return {
    state: async (taskRequestId) => {
      const [row] = await read<{ readonly celery_task_id: string }>(findCeleryTaskId, [taskRequestId]);
      return celeryAnswer(await store.find(row?.celery_task_id ?? taskRequestId));
    },
    close: store.close,
  };
}

/** Celery's key of a task. https://docs.celeryq.dev/en/stable/internals/reference/celery.backends.base.html */
const keyOf = (taskId: string): string => `celery-task-meta-${taskId}`;

function inRedis(
  url: string,
  { redisCaFile, logger, random }: Omit<CeleryResultsOptions, 'url'>,
): ResultStore {
  const redis = createRedisConnection({ url, caFile: redisCaFile, role: 'celery-results', logger, random });
  return {
    find: async (celeryTaskId) => {
      beginConnecting(redis);
      await whenReady(redis, AbortSignal.timeout(CONNECT_MS_MAX));
      const text = await redis.get(keyOf(celeryTaskId));
      return text === null ? null : readMeta(text);
    },
    close: async () => endConnection(redis),
  };
}

/** Null where it is not JSON: Celery may be set to another serialiser. */
function readMeta(text: string): CeleryResult | null {
  let value: unknown;
  try {
    value = parseJson(text, DEPTH_MAX).value;
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const meta = value as Readonly<Record<string, unknown>>;
  if (typeof meta.status !== 'string') return null;
  return {
    status: meta.status,
    result: meta.result,
    traceback: typeof meta.traceback === 'string' ? meta.traceback : null,
    finished_at_ms: finishedAtMs(meta.date_done),
  };
}

interface TaskMetaRow extends Omit<CeleryResult, 'result'> {
  readonly result: Buffer | null;
}

function inPostgres(url: string): ResultStore {
  const database = openPostgres({
    url: url.replace(/^(db\+)?postgres(ql)?(\+\w+)?:/i, 'postgresql:'),
    connectionsMax: 1,
    applicationName: 'taskwire-celery-results',
  });
  const readResult = loadStatement('read_celery_result');
  return {
    find: async (celeryTaskId) => {
      try {
        const [row] = await database.query<TaskMetaRow>(readResult, [celeryTaskId]);
        return row === undefined ? null : { ...row, result: unpickled(row.result) };
      } catch (error) {
        // Celery makes its table with the first result.
        if (sqlStateOf(error) === UNDEFINED_TABLE) return null;
        throw error;
      }
    },
    close: () => database.close(),
  };
}

const unpickled = (bytes: Buffer | null): unknown => (bytes === null ? null : readPlainPickle(bytes)?.value);
