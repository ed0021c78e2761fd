import type { DeadLetterReason, Lane } from './batch.ts';
import type { Statement } from './database.ts';
import { loadStatement } from './load-statement.ts';

/** `replayed` wins where a discarded one was replayed after all. */
export const DEAD_LETTER_STATES = ['open', 'replayed', 'discarded'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

/** All of them combine; what is absent lets everything through. */
export interface DeadLetterFilter {
  readonly reason?: DeadLetterReason;
  readonly lane?: Lane;
  readonly task_request_id?: string;
  readonly state?: DeadLetterState;
}

/** Worded as the index that open ones are found by. */
const STATE_CONDITIONS: Readonly<Record<DeadLetterState | 'any', string>> = {
  any: 'true',
  open: 'd.replayed_at IS NULL AND d.discarded_at IS NULL',
  replayed: 'd.replayed_at IS NOT NULL',
  discarded: 'd.replayed_at IS NULL AND d.discarded_at IS NOT NULL',
};

/** A statement over dead letters for each kind of filter, so that each has the index that fits it. */
export function createDeadLetterStatement(name: string): (filter: DeadLetterFilter) => Statement {
  const made = new Map<string, Statement>();
  return (filter) => {
    const state = filter.state ?? 'any';
    const ofTask = filter.task_request_id !== undefined;
    const variant = ofTask ? `${state}:task` : state;
    const known = made.get(variant);
    if (known !== undefined) return known;
    const task = ofTask ? 'd.task_request_id = $3' : '$3::text IS NULL';
    const which = `${STATE_CONDITIONS[state]} AND ${task}`;
    const statement = loadStatement(name, { which }, variant);
    made.set(variant, statement);
    return statement;
  };
}

/** The first parameters of those statements. */
export const deadLetterParameters = (filter: DeadLetterFilter): readonly (string | null)[] => [
  filter.reason ?? null,
  filter.lane ?? null,
  filter.task_request_id ?? null,
];
