/** An answer is good for as long, however cheap it was. */
const FRESH_MS_MIN = 250;

/** And for so many times as long as it took: counting never keeps the database busy for more than a tenth of the time. */
const FRESH_FACTOR = 10;

/**
 * For what many ask and what is expensive to find out, such as counts over all tasks: asks once, and gives the same
 * answer to all who come meanwhile and shortly after. A failure is told to those who waited and not kept.
 * @param elapsedMs ms that only go forward
 */
export function reuseAnswer<T>(
  ask: () => Promise<T>,
  elapsedMs: () => number = () => performance.now(),
): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let freshUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (answer !== undefined && elapsedMs() < freshUntil) return answer;
    const begun = elapsedMs();
    freshUntil = Number.POSITIVE_INFINITY;
    const asked = ask().then(
      (value) => {
        freshUntil = elapsedMs() + Math.max(FRESH_MS_MIN, (elapsedMs() - begun) * FRESH_FACTOR);
        return value;
      },
      (error: unknown) => {
        answer = undefined;
        throw error;
      },
    );
    answer = asked;
    return asked;
  };
}
