import type { PartState } from '@taskwire/listener';

/** How one part is, in words for whoever is called at night. */
export interface PartReport {
  readonly part: string;
  readonly state: PartState;
  /** ms since 1970, when it got into this state. */
  readonly since_ms: number;
  /** What is the matter, one sentence. */
  readonly detail: string;
  /** What it means for tasks and events. */
  readonly meaning: string;
}

export interface PartWatch {
  ok(meaning: string): void;
  /** `since_ms` begins anew only when the state changes; the words are always the latest. */
  report(state: PartState, detail: string, meaning: string): void;
  read(): PartReport;
}

/** @param clock ms since 1970 */
export function createPartWatch(part: string, clock: () => number): PartWatch {
  let current: PartReport = {
    part,
    state: 'ok',
    since_ms: clock(),
    detail: 'it has just begun',
    meaning: '',
  };
  const report: PartWatch['report'] = (state, detail, meaning) => {
    const since_ms = state === current.state ? current.since_ms : clock();
    current = { part, state, since_ms, detail, meaning };
  };
  return { report, ok: (meaning) => report('ok', 'it works', meaning), read: () => current };
}
