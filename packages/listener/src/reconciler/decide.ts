import type { WorkerSign } from '../heartbeats/heartbeat-collector.ts';
import type { SilentTask } from '../store/silent-task-repository.ts';
import type { QueueAnswer } from './queue-backend.ts';

export interface ReconcilerLimits {
  /** A worker silent for this long counts as gone, ms. */
  readonly graceMs: number;
  /** A task silent for this long is asked about although nothing else speaks against it, ms. */
  readonly silenceMs: number;
}

/** `worker_lost`: the one that ran it is gone. `silent`: nothing was heard for very long. */
export type Suspicion = 'worker_lost' | 'silent';

/** What the reconciler says of a task. */
export interface Correction {
  readonly status: 'SUCCESS' | 'FAILURE' | 'CANCELLED';
  readonly data: Readonly<Record<string, unknown>>;
  /** When the queue says that it ended; null where nobody knows. */
  readonly finished_at_ms: number | null;
}

/** A worker with an event older than this on its hands is not judged: the event may be the end of the task. */
const UNACKNOWLEDGED_MS_MAX = 5_000;

/**
 * Whether a task deserves a question to the queue. Pure; `workers` are all workers that were heard of.
 * Version 0 workers have no heartbeat: for their tasks only the long silence counts.
 */
export function suspect(
  task: SilentTask,
  workers: readonly WorkerSign[],
  limits: ReconcilerLimits,
): Suspicion | null {
  const silent: Suspicion | null = task.silent_ms >= limits.silenceMs ? 'silent' : null;
  const isAlive = (worker: WorkerSign) => !worker.stopped && worker.age_ms < limits.graceMs;
  if (workers.some((worker) => isAlive(worker) && worker.running.has(task.task_request_id))) return null;
  // Who waits for a worker has none to lose.
  if (task.status !== 'RUNNING' || task.silent_ms < limits.graceMs) return silent;

  const ofContainer = workers.filter((worker) => worker.worker_container === task.worker_source);
  const holders = workers.filter((worker) => worker.running.has(task.task_request_id));
  if (ofContainer.length + holders.length === 0) return silent;
  const alive = ofContainer.filter(isAlive);
  if (alive.some((worker) => worker.oldest_unacknowledged_ms > UNACKNOWLEDGED_MS_MAX)) return null;
  // One that stopped in order is gone at once, but its last events get the same time to arrive.
  if (holders.some((worker) => worker.age_ms < limits.graceMs)) return null;
  if (
    holders.length === 0 &&
    alive.length === 0 &&
    ofContainer.some((worker) => worker.age_ms < limits.graceMs)
  )
    return null;
  return 'worker_lost';
}

/**
 * What to say of a suspected task once the queue was asked; null: leave it. Pure. A FAILURE concluded here gives way to
 * whatever a worker says itself, however late.
 */
export function decide(task: SilentTask, suspicion: Suspicion, answer: QueueAnswer): Correction | null {
  switch (answer.state) {
    case 'waiting':
      return null;
    case 'completed':
      return {
        status: 'SUCCESS',
        data: { result: answer.result ?? null },
        finished_at_ms: finishedAt(answer),
      };
    case 'failed':
      return {
        status: 'FAILURE',
        data: {
          error: answer.error ?? 'The queue says that the task failed',
          error_type: answer.error_type ?? 'QueueFailure',
        },
        finished_at_ms: finishedAt(answer),
      };
    case 'cancelled':
      return { status: 'CANCELLED', data: { reason: 'revoked' }, finished_at_ms: finishedAt(answer) };
    case 'active':
      return suspicion === 'worker_lost' ? workerLost(task, suspicion) : null;
    case 'unknown':
      return workerLost(task, suspicion);
  }
}

const finishedAt = (answer: { readonly finished_at_ms?: number }): number | null =>
  answer.finished_at_ms ?? null;

function workerLost(task: SilentTask, suspicion: Suspicion): Correction {
  const error =
    suspicion === 'worker_lost'
      ? `The worker ${task.worker_source} that ran the task is gone`
      : `Nothing was heard of the task for ${Math.round(task.silent_ms / 1000)} s, and its queue does not know it`;
  return { status: 'FAILURE', data: { error, error_type: 'WorkerLost' }, finished_at_ms: null };
}
