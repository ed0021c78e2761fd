/** Sums by key in bounded memory, for keys that others choose (such as file extensions). */
export interface BoundedTally {
  add(key: string, bytes: number): void;
  /** The largest by bytes first. */
  top(count: number): readonly TallyEntry[];
  /** What belongs to keys that were given up for lack of room. */
  readonly other: Readonly<{ files: number; bytes: number }>;
}

export interface TallyEntry {
  readonly key: string;
  readonly files: number;
  readonly bytes: number;
}

/**
 * When more than `keysMax` keys are there, the smaller half goes into `other`. Sums of the keys that stay can be too
 * small by what they lost when they were small themselves; the whole is always exact.
 */
export function createBoundedTally(keysMax: number): BoundedTally {
  let sums = new Map<string, { files: number; bytes: number }>();
  const other = { files: 0, bytes: 0 };
  const bySize = () => [...sums].sort(([, a], [, b]) => b.bytes - a.bytes);
  const shrink = () => {
    const sorted = bySize();
    for (const [, { files, bytes }] of sorted.splice(Math.ceil(keysMax / 2))) {
      other.files += files;
      other.bytes += bytes;
    }
    sums = new Map(sorted);
  };
  return {
    other,
    add(key, bytes) {
      const sum = sums.get(key) ?? { files: 0, bytes: 0 };
      sum.files++;
      sum.bytes += bytes;
      sums.set(key, sum);
      if (sums.size > keysMax) shrink();
    },
    top: (count) =>
      bySize()
        .slice(0, count)
        .map(([key, sum]) => ({ key, ...sum })),
  };
}
