/**
 * Whether a batch can be written as one of nothing but new events, which fails where one of them is in the history
 * already. As a rule none is: each event comes once, and then again only after something went wrong.
 */
export interface Newness {
  /** @param events how many the batch has */
  expected(events: number): boolean;
  /** All events of a batch were new. @param events how many it had */
  confirmed(events: number): void;
  /** Some were not. */
  missed(): void;
  /** A batch that was written as new had an event that is known, and had to be written once more. */
  refuted(): void;
}

/** So small a batch gains nothing by it, and where copies are what comes, they come in small batches. */
const EVENTS_MIN = 100;
/** So many batches of that size in a row have to be new first; after each mistake twice as many. */
const BATCHES_FIRST = 8;
const BATCHES_MAX = 4_096;

export function createNewness(): Newness {
  let asked = BATCHES_FIRST;
  let missing = asked;
  return {
    expected: (events) => missing === 0 && events >= EVENTS_MIN,
    confirmed: (events) => {
      if (missing > 0 && events >= EVENTS_MIN) missing--;
    },
    missed: () => {
      missing = asked;
    },
    refuted: () => {
      asked = Math.min(2 * asked, BATCHES_MAX);
      missing = asked;
    },
  };
}
