import type { Worker } from '../api/overview.ts';

export type WorkerState = 'alive' | 'late' | 'silent' | 'stopped';

/** Three heartbeats of the usual interval. */
const LATE_MS = 15_000;
/** As long as the reconciler waits by default before it looks after the tasks of a worker. */
const SILENT_MS = 60_000;

export function workerState({ stopped_at, heartbeat_at }: Worker, nowMs: number): WorkerState {
  if (stopped_at !== null) return 'stopped';
  const ageMs = nowMs - Date.parse(heartbeat_at);
  if (ageMs > SILENT_MS) return 'silent';
  return ageMs > LATE_MS ? 'late' : 'alive';
}
