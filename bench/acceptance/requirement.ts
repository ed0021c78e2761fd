import type { Chart } from './chart.ts';

/** One line of the table. */
export interface Outcome {
  /** What is required, in a few words. */
  readonly requirement: string;
  /** What the customer asks for; empty where only we do. */
  readonly asked: string;
  readonly bar: string;
  readonly measured: string;
  readonly passed: boolean;
}

/** How long the parts of it take that may take any time. */
export interface Length {
  /** Storms of faults, one after the other. */
  readonly storms: number;
  readonly soakSeconds: number;
  /** As in Measure. */
  readonly scale: number;
}

export interface Examination {
  readonly outcomes: readonly Outcome[];
  readonly charts: readonly Chart[];
}

/** Measures some of the requirements on servers of its own. */
export type Examine = (length: Length) => Promise<Examination>;

export const number = (value: number, digits = 3): string =>
  value.toLocaleString('en', { maximumSignificantDigits: digits });
