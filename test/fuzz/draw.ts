import { seededRandom } from '../chaos/load/seeded-random.ts';

/** Choices that a seed determines. */
export interface Draw {
  /** Both inclusive. */
  integer(min: number, max: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** Undefined of an empty array only. */
  pickAny<T>(from: readonly T[]): T | undefined;
  /** @param share from 0 to 1 */
  chance(share: number): boolean;
}

export function createDraw(seed: number): Draw {
  const random = seededRandom(seed);
  const integer = (min: number, max: number): number => min + Math.floor(random() * (max - min + 1));
  return {
    integer,
    pick: (from) => from[integer(0, from.length - 1)] ?? from[0],
    pickAny: (from) => from[integer(0, from.length - 1)],
    chance: (share) => random() < share,
  };
}
