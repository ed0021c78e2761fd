import type { Figure, Measure } from './figure.ts';
import { median, spread } from './statistics.ts';

/** A figure over all rounds. */
export interface Summary {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly spread: number;
  readonly compared_with?: string;
  /** Median of the ratios within each round. */
  readonly ratio?: number;
  /** One a round. */
  readonly values: readonly number[];
}

/** Several measures in turns, round after round, so that whatever else the machine does befalls all of it. */
export interface Rounds {
  /** Measures each once more. */
  measure(scale: number, onTurn?: (measure: Measure, round: number) => void): Promise<void>;
  /** Over the rounds so far. */
  summaries(measure: Measure): readonly Summary[];
}

export function createRounds(measures: readonly Measure[]): Rounds {
  const results = new Map<Measure, (readonly Figure[])[]>(measures.map((measure) => [measure, []]));
  return {
    measure: async (scale, onTurn) => {
      for (const [measure, ofRounds] of results) {
        onTurn?.(measure, ofRounds.length + 1);
        ofRounds.push(await measure.run(scale));
      }
    },
    summaries: (measure) => summarize(results.get(measure) ?? []),
  };
}

function summarize(ofRounds: readonly (readonly Figure[])[]): readonly Summary[] {
  const valuesOf = (wanted: string) =>
    ofRounds.map((figures) => figures.find((figure) => figure.name === wanted)?.value ?? Number.NaN);
  return (ofRounds[0] ?? []).map(({ name, unit, comparedWith }) => {
    const values = valuesOf(name);
    return {
      name,
      unit,
      median: median(values),
      spread: spread(values),
      ...(comparedWith === undefined
        ? {}
        : { compared_with: comparedWith, ratio: medianRatio(values, valuesOf(comparedWith)) }),
      values,
    };
  });
}

/** @param values one a round, as `others` */
export const medianRatio = (values: readonly number[], others: readonly number[]): number =>
  median(values.map((value, round) => value / (others[round] ?? Number.NaN)));
