/** What the queue that a task came from knows of it. */
export type QueueAnswer =
  /** Nothing, or not any more: a key that is gone says neither that it failed nor that it succeeded. */
  | { readonly state: 'unknown' }
  /** It will be run (again): waiting, delayed, or taken back from a worker that died. */
  | { readonly state: 'waiting' }
  /** Handed to a worker; whether that one lives, the queue may not know yet. */
  | { readonly state: 'active' }
  | { readonly state: 'completed'; readonly result?: unknown; readonly finished_at_ms?: number }
  | {
      readonly state: 'failed';
      readonly error?: string;
      readonly error_type?: string;
      readonly finished_at_ms?: number;
    }
  /** Somebody took it back. */
  | { readonly state: 'cancelled'; readonly finished_at_ms?: number };

/** The hook for a queue: BullMQ, Celery, whatever runs the tasks. */
export interface QueueBackend {
  /** Throws where the queue cannot be asked now; the task is then left for the next look. */
  state(taskRequestId: string): Promise<QueueAnswer>;
}
