/** How far the fine clock may be from the system's before it is set anew. */
const DRIFT_MS_MAX = 2;

/**
 * The system's time in ms since 1970 with a fraction of microseconds: `Date.now()` alone cannot tell apart what
 * happens within a ms. Follows every correction of the system's clock.
 */
export function createSystemClock(): () => number {
  // `Date.now()` is behind by what it cuts off, up to a ms.
  let offset = performance.timeOrigin;
  return () => {
    const fine = offset + performance.now();
    const coarse = Date.now();
    if (Math.abs(fine - coarse) <= DRIFT_MS_MAX) return fine;
    offset = coarse - performance.now();
    return coarse;
  };
}
