/** Which task an event of the publisher is of; two of each. */
export const taskOf = (eventsPerS: number, n: number): string =>
  `bench-task-${eventsPerS}-${Math.floor(n / 2)}`;
