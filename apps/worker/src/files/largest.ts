/** Keeps the `count` largest of any number of items: memory for `count`, work for a comparison an item as a rule. */
export interface Largest<T> {
  offer(item: T): void;
  /** Largest first. */
  list(): readonly T[];
}

export function createLargest<T>(count: number, sizeOf: (item: T) => number): Largest<T> {
  const kept: T[] = [];
  let smallest = Number.NEGATIVE_INFINITY;
  return {
    offer(item) {
      const size = sizeOf(item);
      if (count === 0 || (kept.length === count && size <= smallest)) return;
      const place = kept.findIndex((other) => sizeOf(other) < size);
      kept.splice(place === -1 ? kept.length : place, 0, item);
      if (kept.length > count) kept.pop();
      const last = kept.at(-1);
      if (kept.length === count && last !== undefined) smallest = sizeOf(last);
    },
    list: () => kept,
  };
}
