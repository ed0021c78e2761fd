import { useEffect, useMemo, useRef } from 'react';

/**
 * Calls at once, then at most every `ms` and never while the last call is under way, so that answers come in the order in
 * which they were asked for. A call that had to wait is never lost.
 */
export function useThrottled(call: () => void | Promise<void>, ms: number): () => void {
  const latest = useRef(call);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return useMemo(() => {
    let calledAt = Number.NEGATIVE_INFINITY;
    let isUnderWay = false;
    let isDue = false;
    const run = async (): Promise<void> => {
      timer.current = undefined;
      calledAt = performance.now();
      isUnderWay = true;
      try {
        await latest.current();
      } finally {
        isUnderWay = false;
        if (isDue) ask();
      }
    };
    const ask = (): void => {
      isDue = isUnderWay;
      if (isUnderWay || timer.current !== undefined) return;
      const waitMs = calledAt + ms - performance.now();
      if (waitMs <= 0) void run();
      else timer.current = window.setTimeout(() => void run(), waitMs);
    };
    return ask;
  }, [ms]);
}
