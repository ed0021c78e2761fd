/** One value of one round. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** The figure of the same round that this one is set against. */
  readonly comparedWith?: string;
}

/** What is measured, and how much of it. */
export interface Measure {
  readonly name: string;
  /** One sentence for those who read the table. */
  readonly about: string;
  /** One round, on servers of its own. `scale` 1 is the size of the figures we publish; the check runs a hundredth. */
  run(scale: number): Promise<readonly Figure[]>;
}

/** So many at this scale, and at least `least`, below which nothing is measured. */
export const scaled = (full: number, scale: number, least: number): number =>
  Math.max(least, Math.round(full * scale));
