import { seededRandom } from '../load/seeded-random.ts';
import { FAULTS } from './storm-faults.ts';

export interface StormStep {
  /** Pause before the fault, ms. */
  readonly afterMs: number;
  /** A key of {@link FAULTS}. */
  readonly fault: string;
  /** Which victim, from 0 to 1. */
  readonly at: number;
  /** How long it lasts, where it lasts. */
  readonly ms: number;
}

export interface StormSchedule {
  readonly seed: number;
  readonly listeners: number;
  readonly publishers: number;
  readonly eventsPerS: number;
  readonly steps: readonly StormStep[];
}

const STEPS = 7;

/** Pure: what a seed means. */
export function drawSchedule(seed: number): StormSchedule {
  const random = seededRandom(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const faults = Object.keys(FAULTS);
  return {
    seed,
    listeners: between(1, 3),
    publishers: between(1, 4),
    eventsPerS: between(50, 300),
    steps: Array.from({ length: STEPS }, () => ({
      afterMs: between(50, 700),
      fault: faults[between(0, faults.length - 1)] ?? '',
      at: random(),
      ms: between(100, 1_200),
    })),
  };
}

export function describeSchedule(schedule: StormSchedule): string {
  const steps = schedule.steps.map((step) => step.fault).join(', ');
  return `seed ${schedule.seed}: ${schedule.listeners} listeners, ${schedule.publishers} workers at ${schedule.eventsPerS}/s; ${steps}`;
}
