import { type QueueAnswer, type QueueBackend, type TaskDispatch, whenReady } from '@taskwire/listener';
import {
  CANCEL_REQUEST_KEPT_MS,
  cancelRequestsKey,
  messageOf,
  namesOfShards,
  type RedisNames,
  type SecretParams,
  TaskwireError,
  taskQueueKey,
} from '@taskwire/protocol';
import { type BulkJobOptions, type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** The queue that workers take tasks from: what is submitted goes in, and the reconciler asks what became of it. */
export interface TaskQueue extends QueueBackend {
  /**
   * Adds a job for each; one that is there already stays as it is.
   * @throws TaskwireError `redis_unavailable`: some may have been added; adding all again is harmless
   */
  add(dispatches: readonly TaskDispatch[]): Promise<void>;
  /**
   * Takes a task out that no worker has begun. One that begins and ends within the millisecond between the question and
   * the removal is taken for one that did not; its own last word still wins.
   * @throws TaskwireError `redis_unavailable`
   */
  remove(taskRequestId: string): Promise<QueueRemoval>;
  /**
   * Leaves word for whatever worker runs the task, or is going to, that it is not wanted.
   * @throws TaskwireError `redis_unavailable`
   */
  askToCancel(taskRequestId: string): Promise<void>;
  close(): Promise<void>;
}

/** `removed`: no worker has it. `running`: a worker has it. `ended`: it was run. `absent`: this queue does not know it. */
export type QueueRemoval = 'removed' | 'running' | 'ended' | 'absent';

/** How long a connection that is being made is waited for, before whoever asked is told that there is none. */
const CONNECT_MS_MAX = 1_000;

export interface TaskQueueOptions {
  /** The connection to the server of a key, which fails at once while that is away; it stays the caller's. */
  readonly connectionTo: (key: string) => Redis;
  readonly queue: string;
  readonly names: RedisNames;
  /** Of whose parameters nothing is to be left in the queue when they have ended. */
  readonly secrets: SecretParams;
}

/**
 * How long and how many ended jobs stay in Redis. Their result is in the database; here they only keep a second entry
 * of the same id out, and tell the reconciler what became of a task.
 */
const KEEP_ENDED = { age: 24 * 3_600, count: 10_000 };
/** Between two tries of a task; the worker may decide otherwise. */
const RETRY_BACKOFF = { type: 'exponential', delay: 1_000 } as const;

export function createTaskQueue(options: TaskQueueOptions): TaskQueue {
  const { connectionTo, queue: name, names, secrets } = options;
  const redis = connectionTo(taskQueueKey(name));
  // From the start, since a connection that is only being made takes nothing.
  const shards = namesOfShards(names).map((own) => ({ names: own, redis: connectionTo(own.stream) }));
  let queue: Queue | undefined;

  /** A Queue whose first connection failed stays unusable: it is made when Redis is there, and made anew after a failure. */
  const open = (): Queue => {
    if (queue === undefined) {
      queue = new Queue(name, { connection: redis });
      // What goes wrong is thrown by the call that it went wrong for.
      queue.on('error', () => {});
    }
    return queue;
  };
  const close = async (): Promise<void> => {
    const closing = queue?.close();
    queue = undefined;
    await closing?.catch(() => {});
  };
  const ask = async <T>(what: string, work: (queue: Queue) => Promise<T>): Promise<T> => {
    // Just being made, as at the start of the process.
    if (redis.status === 'connecting' || redis.status === 'connect') {
      await whenReady(redis, AbortSignal.timeout(CONNECT_MS_MAX));
    }
    if (redis.status !== 'ready') {
      throw new TaskwireError('redis_unavailable', `Redis is not connected (${redis.status})`);
    }
    try {
      return await work(open());
    } catch (error) {
      await close();
      throw new TaskwireError('redis_unavailable', `${what}: ${messageOf(error)}`, { cause: error });
    }
  };
  return {
    close,
    add: (dispatches) =>
      ask('The queue took no tasks', async (opened) => {
        await opened.addBulk(dispatches.map((dispatch) => jobOf(dispatch, secrets)));
      }),
    state: (taskRequestId) =>
      ask('The queue did not say what became of a task', async (opened) => {
        // The state first: a job that was read before it ended has no result, whatever its state is by now.
        const state = await opened.getJobState(taskRequestId);
        const job: Job | undefined = await opened.getJob(taskRequestId);
        return job === undefined ? { state: 'unknown' } : answerOf(job, state);
      }),
    remove: (taskRequestId) =>
      ask('The queue did not take a task out', async (opened) => {
        const state = await opened.getJobState(taskRequestId);
        if (state === 'unknown') return 'absent';
        if (state === 'completed' || state === 'failed') return 'ended';
        // It refuses for a job that a worker holds.
        return state !== 'active' && (await opened.remove(taskRequestId)) === 1 ? 'removed' : 'running';
      }),
    askToCancel: (taskRequestId) =>
      ask('Redis did not take the word that a task is cancelled', async () => {
        // Nobody knows which worker has it, and each looks at one shard.
        await Promise.all(shards.map((shard) => leaveWord(shard.redis, shard.names, taskRequestId)));
      }),
  };
}

async function leaveWord(redis: Redis, names: RedisNames, taskRequestId: string): Promise<void> {
  const key = cancelRequestsKey(names);
  const nowMs = Date.now();
  const replies = await redis
    .multi()
    .zadd(key, nowMs, taskRequestId)
    .zremrangebyscore(key, '-inf', nowMs - CANCEL_REQUEST_KEPT_MS)
    .pexpire(key, CANCEL_REQUEST_KEPT_MS)
    .exec();
  for (const [error] of replies ?? []) if (error !== null) throw error;
}

function answerOf(job: Job, state: string): QueueAnswer {
  // It has been taken up again since its state was read.
  if ((state === 'completed' || state === 'failed') && job.finishedOn === undefined)
    return { state: 'waiting' };
  const finished = job.finishedOn === undefined ? {} : { finished_at_ms: job.finishedOn };
  switch (state) {
    case 'completed':
      return { state, result: job.returnvalue, ...finished };
    case 'failed':
      return { state, error: job.failedReason ?? '', ...finished };
    case 'active':
      return { state };
    case 'waiting':
    case 'delayed':
    case 'prioritized':
    case 'waiting-children':
      return { state: 'waiting' };
    default:
      return { state: 'unknown' };
  }
}

function jobOf(dispatch: TaskDispatch, secrets: SecretParams) {
  const { task_request_id, task_name, params, attempts_max, traceparent } = dispatch;
  const opts: BulkJobOptions = {
    jobId: task_request_id,
    attempts: attempts_max,
    backoff: RETRY_BACKOFF,
    removeOnComplete: KEEP_ENDED,
    removeOnFail: KEEP_ENDED,
  };
  const hasSecrets = secrets.hide(params, task_name) !== params;
  const data = {
    task_request_id,
    params,
    ...(hasSecrets ? { has_secrets: true } : {}),
    ...(traceparent === null ? {} : { traceparent }),
  };
  return { name: task_name, data, opts };
}
