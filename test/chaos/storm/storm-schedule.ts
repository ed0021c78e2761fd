import { seededRandom } from '../load/seeded-random.ts';
import { FAULTS, type Subject } from './storm-faults.ts';

export interface StormStep {
  /** Pause before the fault, ms. */
  readonly afterMs: number;
  /** A key of {@link FAULTS} of its subject. */
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
  /** What happens to whom. Faults of one subject come one after the other, those of different ones at the same time. */
  readonly tracks: Readonly<Record<Subject, readonly StormStep[]>>;
}

const STEPS_EACH = 4;

/** Pure: what a seed means. */
export function drawSchedule(seed: number): StormSchedule {
  const random = seededRandom(seed);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const track = (subject: Subject): readonly StormStep[] => {
    const faults = Object.keys(FAULTS[subject]);
    return Array.from({ length: STEPS_EACH }, () => ({
      afterMs: between(50, 1_500),
      fault: faults[between(0, faults.length - 1)] ?? '',
      at: random(),
      ms: between(100, 1_500),
    }));
  };
  return {
    seed,
    listeners: between(1, 3),
    publishers: between(1, 4),
    eventsPerS: between(50, 300),
    tracks: {
      redis: track('redis'),
      database: track('database'),
      processes: track('processes'),
      network: track('network'),
    },
  };
}

export function describeSchedule(schedule: StormSchedule): string {
  const tracks = Object.entries(schedule.tracks).map(
    ([subject, steps]) => `${subject}: ${steps.map((step) => step.fault).join(', ')}`,
  );
  return `seed ${schedule.seed}: ${schedule.listeners} listeners, ${schedule.publishers} workers at ${schedule.eventsPerS}/s; ${tracks.join('; ')}`;
}
