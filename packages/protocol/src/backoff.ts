export interface BackoffPolicy {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/**
 * How long to wait before try number `attempt` (1 is the first retry), in milliseconds: exponential, capped, with
 * "equal jitter" (half fixed, half random), so that a thousand clients that lost the same server do not return at
 * the same instant and none returns at once.
 * @param random a number in [0, 1), handed in so that this stays pure
 */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: number): number {
  const full = Math.min(policy.maxMs, policy.firstMs * policy.factor ** Math.max(0, attempt - 1));
  return Math.round(full / 2 + (full / 2) * random);
}
