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

/** Everything in turns, round after round, so that whatever else the machine does befalls all of it. */
export async function measureInRounds(
  measures: readonly Measure[],
  options: {
    readonly rounds: number;
    readonly scale: number;
    readonly onTurn?: (measure: Measure, round: number) => void;
  },
): Promise<ReadonlyMap<Measure, readonly Summary[]>> {
  const results = new Map<Measure, (readonly Figure[])[]>(measures.map((measure) => [measure, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const measure of measures) {
      options.onTurn?.(measure, round);
      results.get(measure)?.push(await measure.run(options.scale));
    }
  }
  return new Map([...results].map(([measure, ofRounds]) => [measure, summarize(ofRounds)]));
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
