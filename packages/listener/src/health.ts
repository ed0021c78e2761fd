/** The parts of a listener that can fail by themselves. */
export const LISTENER_PARTS = [
  'redis',
  'database',
  'clock',
  'stream_lane',
  'list_lane',
  'channel_lane',
  'acks',
  'leader',
  'heartbeats',
  'collector',
  'reconciler',
  'shards',
] as const;
export type ListenerPart = (typeof LISTENER_PARTS)[number];

export type PartState = 'ok' | 'degraded' | 'down';

export interface PartHealth {
  readonly part: ListenerPart;
  readonly state: PartState;
  /** ms since 1970, when it got into this state. */
  readonly since_ms: number;
  /** What is the matter, one sentence. */
  readonly detail: string;
  /** What it means for events: held, by the second lane, recovering … */
  readonly meaning: string;
}

export interface ListenerHealth {
  /** The worst of its parts. */
  readonly state: PartState;
  readonly parts: readonly PartHealth[];
}

export interface HealthBoard {
  /** `since_ms` begins anew only when the state changes; the words are always the latest. */
  report(part: ListenerPart, state: PartState, detail: string, meaning: string): void;
  ok(part: ListenerPart, detail: string): void;
  read(): ListenerHealth;
}

const SEVERITY: Readonly<Record<PartState, number>> = { ok: 0, degraded: 1, down: 2 };

/** @param clock ms since 1970 */
export function createHealthBoard(clock: () => number): HealthBoard {
  const parts = new Map<ListenerPart, PartHealth>();
  const report: HealthBoard['report'] = (part, state, detail, meaning) => {
    const known = parts.get(part);
    const since_ms = known?.state === state ? known.since_ms : clock();
    parts.set(part, { part, state, since_ms, detail, meaning });
  };
  return {
    report,
    ok: (part, detail) => report(part, 'ok', detail, 'events pass'),
    read: () => {
      const all = LISTENER_PARTS.flatMap((part) => parts.get(part) ?? []);
      const state = all.reduce<PartState>(
        (worst, { state }) => (SEVERITY[state] > SEVERITY[worst] ? state : worst),
        'ok',
      );
      return { state, parts: all };
    },
  };
}
