import type { CommitSnapshot } from '@taskwire/listener';

/** Whether a transaction had been committed, or had come to nothing, at the moment of the snapshot. */
export const hasSeen = ({ xmax, running }: CommitSnapshot, transaction: number): boolean =>
  transaction < xmax && !running.includes(transaction);

/** Whether `snapshot` has seen everything that `earlier` has. */
export const hasSeenAllOf = (snapshot: CommitSnapshot, earlier: CommitSnapshot): boolean =>
  earlier.xmax <= snapshot.xmax && snapshot.running.every((transaction) => !hasSeen(earlier, transaction));
