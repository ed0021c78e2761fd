import { pause } from '@taskwire/listener';

/** A wait that can be ended early; a ring that nobody waits for ends the next one. */
export interface Bell {
  ring(): void;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** Node counts the ms of a timer in 31 bits. */
const WAIT_MS_MAX = 2 ** 31 - 1;

export function createBell(): Bell {
  let rung = new AbortController();
  return {
    ring: () => rung.abort(),
    wait: async (ms, signal) => {
      await pause(Math.min(ms, WAIT_MS_MAX), AbortSignal.any([signal, rung.signal]));
      rung = new AbortController();
    },
  };
}
