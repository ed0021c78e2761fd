import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, as the rest of the sentence "waited 5000 ms for …". */
  readonly what: string;
  /** Default 10,000. */
  readonly timeoutMs?: number;
  /** Pause between two looks. Default 10. */
  readonly pollMs?: number;
}

type Falsy = false | null | undefined;

/**
 * Looks until `condition` gives something other than false, null or undefined, and returns that.
 * A condition that throws (an assertion, a refused connection) is looked at again; its last error is the cause of
 * the final one.
 * @throws Error when `timeoutMs` have passed.
 */
export async function waitUntil<T>(
  condition: () => T | Falsy | Promise<T | Falsy>,
  options: WaitOptions,
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadline) {
      const reason = lastError instanceof Error ? ` (last error: ${lastError.message})` : '';
      throw new Error(`waited ${timeoutMs} ms for ${options.what}${reason}`, { cause: lastError });
    }
    await sleep(options.pollMs ?? 10);
  }
}
