import { addressOf } from '../api/request.ts';
import type { TaskChange } from '../api/task.ts';

/**
 * Changes of tasks as the server announces them. Three states:
 * - `connecting`: nothing has come yet, or the connection was lost a moment ago;
 * - `live`: the stream is open; what was missed meanwhile comes first (the browser sends Last-Event-ID);
 * - `polling`: the stream cannot be had for now, pages ask at intervals; it is tried again and again.
 * A page that nobody sees lets go of its connection after a while and takes up where it was when it is seen again.
 */
export type FeedState = 'connecting' | 'live' | 'polling';

export interface FeedListener {
  /** At most once a frame, the newest of each task. */
  changes?(changes: ReadonlyMap<string, TaskChange>): void;
  /** More was missed than can be told: load again what is shown. */
  reset?(): void;
}

export interface Feed {
  readonly state: () => FeedState;
  /** Called when the state changes. @returns how to stop that */
  onState(listener: () => void): () => void;
  listen(listener: FeedListener): () => void;
  start(): () => void;
}

/** As often as eyes can follow numbers that change; in between there is time for everything else. */
const FLUSH_MS_MIN = 100;
/** After this long without a stream pages begin to poll. */
const POLLING_AFTER_MS = 4_000;
const RETRY_MS_MAX = 30_000;
const HIDDEN_MS_MAX = 30_000;
/** So many tasks changed while nobody looked: loading anew is less work. */
const WAITING_MAX = 5_000;

export function createFeed(): Feed {
  let state: FeedState = 'connecting';
  let source: EventSource | undefined;
  let lastEventId = '';
  let waiting = new Map<string, TaskChange>();
  let flushIsDue = false;
  let flushedAt = 0;
  let retryMs = 1_000;
  const timers = { polling: 0, retry: 0, hidden: 0 };
  const stateListeners = new Set<() => void>();
  const listeners = new Set<FeedListener>();

  const become = (next: FeedState): void => {
    if (state === next) return;
    state = next;
    for (const listener of stateListeners) listener();
  };

  const reset = (): void => {
    waiting = new Map();
    for (const listener of listeners) listener.reset?.();
  };

  const flush = (now: number): void => {
    if (now - flushedAt < FLUSH_MS_MIN) {
      requestAnimationFrame(flush);
      return;
    }
    flushIsDue = false;
    flushedAt = now;
    const changes = waiting;
    waiting = new Map();
    if (changes.size > 0) for (const listener of listeners) listener.changes?.(changes);
  };

  const take = (event: MessageEvent<string>): void => {
    lastEventId = event.lastEventId || lastEventId;
    const change = parseChange(event.data);
    if (change === undefined) return;
    const other = waiting.get(change.task_request_id);
    if (other !== undefined && other.revision >= change.revision) return;
    waiting.set(change.task_request_id, change);
    if (waiting.size > WAITING_MAX) reset();
    else if (!flushIsDue) {
      flushIsDue = true;
      requestAnimationFrame(flush);
    }
  };

  const open = (): void => {
    close();
    const opened = new EventSource(addressOf('api/v1/events', { last_event_id: lastEventId }));
    source = opened;
    timers.polling = window.setTimeout(() => become('polling'), POLLING_AFTER_MS);
    opened.onopen = () => {
      clearTimeout(timers.polling);
      retryMs = 1_000;
      // Polling may have shown less than has happened.
      if (state === 'polling') reset();
      become('live');
    };
    opened.addEventListener('change', take);
    opened.addEventListener('reset', (event: MessageEvent<string>) => {
      lastEventId = event.lastEventId || lastEventId;
      reset();
    });
    opened.onerror = () => {
      if (state === 'live') become('connecting');
      clearTimeout(timers.polling);
      timers.polling = window.setTimeout(() => become('polling'), POLLING_AFTER_MS);
      // The browser comes again by itself, unless it was told that there is nothing for it here.
      if (opened.readyState !== EventSource.CLOSED) return;
      become('polling');
      timers.retry = window.setTimeout(open, retryMs);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    };
  };

  const close = (): void => {
    source?.close();
    source = undefined;
    clearTimeout(timers.polling);
    clearTimeout(timers.retry);
  };

  const seenOrHidden = (): void => {
    clearTimeout(timers.hidden);
    if (document.hidden) timers.hidden = window.setTimeout(close, HIDDEN_MS_MAX);
    else if (source === undefined) open();
  };

  return {
    state: () => state,
    onState: (listener) => {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () => {
      open();
      document.addEventListener('visibilitychange', seenOrHidden);
      return () => {
        document.removeEventListener('visibilitychange', seenOrHidden);
        clearTimeout(timers.hidden);
        close();
      };
    },
  };
}

function parseChange(text: string): TaskChange | undefined {
  try {
    return JSON.parse(text) as TaskChange;
  } catch {
    return undefined;
  }
}
