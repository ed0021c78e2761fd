import { useSyncExternalStore } from 'react';

const TICK_MS = 1_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function listen(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** ms since 1970, a new one each second; one timer for everything on the page that counts. */
export const useNow = (): number =>
  useSyncExternalStore(listen, () => {
    // Nobody has listened for a while: what is drawn first is not to be old.
    if (timer === undefined && Date.now() - now > TICK_MS) now = Date.now();
    return now;
  });
