/**
 * Numbers the sendings of this process and notices when Redis has forgotten some: it keeps the number of the last
 * one, written in the same step as the events, so it cannot have the one without the other.
 */
export interface SendingNumbers {
  next(): number;
  /** Redis confirmed this sending and has its number. */
  confirmed(number: number): void;
  /**
   * @param previous the number that Redis has, 0 for none
   * @returns whether it lost sendings that it had confirmed: those above `previous`
   */
  forgot(previous: number): boolean;
}

export function createSendingNumbers(): SendingNumbers {
  let last = 0;
  let confirmed = 0;
  return {
    next: () => ++last,
    confirmed(number) {
      confirmed = number;
    },
    forgot(previous) {
      if (previous >= confirmed) return false;
      confirmed = previous;
      return true;
    },
  };
}
