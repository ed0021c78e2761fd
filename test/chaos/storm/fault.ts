import type { DividedNetwork, StartedProcess } from '@taskwire/test-harness';
import type { Battlefield, Party } from '../battlefield.ts';

/** What a storm strikes: the battlefield with the processes that run now. */
export interface Target {
  readonly field: Battlefield;
  /** Null where this machine cannot divide a network. */
  readonly network: DividedNetwork<Party> | null;
  readonly listeners: StartedProcess[];
  readonly publishers: StartedProcess[];
  readonly eventsPerS: number;
}

/**
 * Puts back what it took away before it ends.
 * @param at which of several victims, from 0 to 1  @param ms how long it lasts, where it lasts
 */
export type Fault = (target: Target, at: number, ms: number) => Promise<void>;

/** Faults by the words that a schedule is printed in. */
export type Faults = Readonly<Record<string, Fault>>;

/** The victim that `at` means. */
export const pick = (list: readonly unknown[], at: number): number => Math.floor(at * list.length);
