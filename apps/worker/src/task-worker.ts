import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type TaskContext, type TaskStatusNotifier, toNode } from '@taskwire/notifier';
import {
  backoffMs,
  createService,
  type Logger,
  messageOf,
  type RedisNodes,
  redisTls,
  type Service,
  TaskwireError,
  taskQueueKey,
  traceContextOf,
} from '@taskwire/protocol';
import { type Job, WaitingError, Worker } from 'bullmq';
import { jobErrorOf, willRetry } from './job-error.ts';
import { runTask } from './run-task.ts';
import type { Task, TaskServices } from './task.ts';

export interface TaskWorkerOptions {
  readonly redisUrl: string;
  /** As TASKWIRE_REDIS_CA_FILE. */
  readonly redisCaFile?: string | undefined;
  readonly redisNodes?: RedisNodes | undefined;
  readonly queue: string;
  /** Tasks at once. */
  readonly concurrency: number;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly services: TaskServices;
  readonly notifier: TaskStatusNotifier;
  readonly logger: Logger;
}

/** How long running tasks may go on after a stop was asked for; then they go back to the queue. */
const STOP_GRACE_MS = 1_000;
/** How long giving them back and saying goodbye to Redis may take; a Redis that is away must not hold up the stop. */
const CLOSE_TIMEOUT_MS = 1_000;
/** Back within a second of Redis coming back. BullMQ's own would wait for up to 20 s. */
const RECONNECT = { firstMs: 50, factor: 2, maxMs: 1_000 };
/** Longer than BullMQ's blocking read of 5 s; a connection whose packets vanish is noticed after this. */
const SOCKET_TIMEOUT_MS = 8_000;

/**
 * Takes jobs from the queue (name: the task, id and data.task_request_id: the request, data.params: its parameters)
 * and runs them, each under the notifier's eyes. Of a job whose data has `has_secrets` the parameters are removed at its end. On stop nothing new is begun, running tasks get a moment to end, and
 * what is not done by then is aborted and put back for another worker, at no cost of an attempt.
 * Redis may be away at the start: the worker waits for it.
 */
export function createTaskWorker(options: TaskWorkerOptions): Service {
  const { notifier, logger } = options;
  let worker: Worker | undefined;
  let stopping = new AbortController();

  const process = async (job: Job, { report, signal, traceparent }: TaskContext) => {
    const { params } = (job.data ?? {}) as { readonly params?: unknown };
    const about = {
      task_request_id: job.id,
      task_name: job.name,
      ...(traceparent === null ? {} : { trace_id: traceContextOf(traceparent).traceId }),
    };
    logger.info(about, 'task begins');
    try {
      const result = await runTask(options.tasks.get(job.name), job.name, {
        parameters: params,
        report,
        signal: AbortSignal.any([signal, stopping.signal]),
        logger,
        services: options.services,
      });
      logger.info(about, 'task succeeded');
      return result;
    } catch (thrown) {
      if (stopping.signal.aborted) {
        logger.info(about, 'task is put back, since this worker stops');
        await putBack(job);
        throw new WaitingError();
      }
      const error = jobErrorOf(thrown);
      logger.warn({ ...about, error_type: error.name, error: error.message }, 'task failed');
      throw error;
    }
  };

  /** Where Redis does not answer, the job's lock runs out and BullMQ gives it to another worker. */
  const putBack = (job: Job) =>
    job.moveToWait(job.token).catch((error: unknown) => {
      logger.warn({ task_request_id: job.id, error: messageOf(error) }, 'task could not be put back');
    });

  /** The queue keeps ended jobs for a while; what nobody will run again needs no parameters. */
  const forgetSecrets = (job: Job): void => {
    const { task_request_id, has_secrets } = (job.data ?? {}) as Readonly<Record<string, unknown>>;
    if (has_secrets !== true) return;
    job.updateData({ task_request_id }).catch((error: unknown) => {
      logger.warn(
        { task_request_id: job.id, problem: messageOf(error) },
        'the secrets of a task that has ended stay in the queue until it forgets the task',
      );
    });
  };

  return createService({
    async onStart() {
      const { redisUrl: url, redisCaFile: caFile, redisNodes: nodes } = options;
      const tls = redisTls({ url, caFile }, (path) => readFileSync(path, 'utf8'));
      stopping = new AbortController();
      let lastProblem = '';
      worker = new Worker(
        options.queue,
        notifier.processor<Job, unknown>(process, {
          willRetry,
        }),
        {
          concurrency: options.concurrency,
          connection: {
            url,
            ...(tls === undefined ? {} : { tls }),
            ...toNode({ nodes, url, tls, key: taskQueueKey(options.queue) }),
            // Who may send few commands would be refused this one.
            disableClientInfo: true,
            maxRetriesPerRequest: null,
            connectTimeout: 4_000,
            socketTimeout: SOCKET_TIMEOUT_MS,
            retryStrategy: (attempt: number) => backoffMs(RECONNECT, attempt, Math.random()),
          },
        },
      );
      worker.on('ready', () => {
        lastProblem = '';
        logger.info({ queue: options.queue, concurrency: options.concurrency }, 'worker takes tasks');
      });
      worker.on('completed', forgetSecrets);
      worker.on('failed', (job) => {
        if (job?.finishedOn !== undefined) forgetSecrets(job);
      });
      // Once for each kind of trouble: while Redis is away this is called several times a second.
      worker.on('error', (error) => {
        if (error.message !== lastProblem) logger.warn({ problem: error.message }, 'queue cannot be read');
        lastProblem = error.message;
      });
    },
    async onStop() {
      const closing = worker?.close().catch((error: unknown) => {
        logger.warn({ problem: messageOf(error) }, 'queue was not closed cleanly');
      });
      worker = undefined;
      if (closing === undefined) return;
      const timer = new AbortController();
      const pause = (ms: number) => delay(ms, undefined, { signal: timer.signal }).catch(() => {});
      await Promise.race([closing, pause(STOP_GRACE_MS)]);
      stopping.abort(new TaskwireError('stopped', 'this worker stops'));
      await Promise.race([closing, pause(CLOSE_TIMEOUT_MS)]);
      timer.abort();
    },
  });
}
