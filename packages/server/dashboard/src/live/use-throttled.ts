import { useEffect, useMemo, useRef } from 'react';

/** Calls at once, then at most every `ms`; the last call is never lost. */
export function useThrottled(call: () => void, ms: number): () => void {
  const latest = useRef(call);
  const timer = useRef<number | undefined>(undefined);
  const calledAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return useMemo(
    () => () => {
      if (timer.current !== undefined) return;
      const run = () => {
        timer.current = undefined;
        calledAt.current = performance.now();
        latest.current();
      };
      const waitMs = calledAt.current + ms - performance.now();
      if (waitMs <= 0) run();
      else timer.current = window.setTimeout(run, waitMs);
    },
    [ms],
  );
}
