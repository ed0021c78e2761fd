import type { CurrentTaskState } from '@taskwire/protocol';

/** The newest state of each task since the last time they were taken; one that is older than what was taken is dropped. */
export interface LatestStates {
  /** @returns whether it is news */
  add(state: CurrentTaskState): boolean;
  readonly size: number;
  take(): readonly CurrentTaskState[];
  /** Drops what waits, and goes on knowing how new it was. */
  drop(): void;
  /** Forgets everything, for a database that may have gone back in time. */
  forget(): void;
}

/** Announcements of two replicas overtake each other by ms; so many tasks change at most in that time. */
const KNOWN_MAX = 20_000;

export function createLatestStates(): LatestStates {
  let waiting = new Map<string, CurrentTaskState>();
  const known = new Map<string, number>();
  return {
    add: (state) => {
      const { task_request_id: id, revision } = state;
      if ((known.get(id) ?? -1) >= revision) return false;
      known.delete(id);
      known.set(id, revision);
      if (known.size > KNOWN_MAX) known.delete(known.keys().next().value ?? '');
      waiting.set(id, state);
      return true;
    },
    get size() {
      return waiting.size;
    },
    take: () => {
      const taken = [...waiting.values()];
      waiting = new Map();
      return taken;
    },
    drop: () => waiting.clear(),
    forget: () => {
      waiting.clear();
      known.clear();
    },
  };
}
