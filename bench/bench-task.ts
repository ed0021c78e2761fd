/** Which task an event of the publisher with this label is of; two of each. */
export const taskOf = (label: string, n: number): string => `${label}-${Math.floor(n / 2)}`;
