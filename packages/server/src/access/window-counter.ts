export interface WindowCounterOptions {
  readonly max: number;
  readonly windowMs: number;
  /** The most keys that are remembered; the oldest make room. */
  readonly keysMax: number;
}

/** Counts what happens for each key within a window of time that begins with the first. */
export interface WindowCounter {
  /** Counts one. @returns for how long no more is allowed, ms; 0 where this one was within the limit */
  count(key: string, nowMs: number): number;
  /** The same without counting. */
  blockedMs(key: string, nowMs: number): number;
}

export function createWindowCounter({ max, windowMs, keysMax }: WindowCounterOptions): WindowCounter {
  const windows = new Map<string, { readonly endsAtMs: number; count: number }>();
  const current = (key: string, nowMs: number) => {
    const window = windows.get(key);
    if (window === undefined || window.endsAtMs > nowMs) return window;
    windows.delete(key);
    return undefined;
  };
  const remaining = (window: { readonly endsAtMs: number }, nowMs: number): number =>
    Math.min(windowMs, window.endsAtMs - nowMs);
  return {
    count: (key, nowMs) => {
      const window = current(key, nowMs);
      if (window !== undefined) return ++window.count > max ? remaining(window, nowMs) : 0;
      const [oldest] = windows.keys();
      if (windows.size >= keysMax && oldest !== undefined) windows.delete(oldest);
      windows.set(key, { endsAtMs: nowMs + windowMs, count: 1 });
      return max < 1 ? windowMs : 0;
    },
    blockedMs: (key, nowMs) => {
      const window = current(key, nowMs);
      return window !== undefined && window.count >= max ? remaining(window, nowMs) : 0;
    },
  };
}
