import type { ListenerHealth, PartState } from '@taskwire/listener';
import { formatTimestamp } from '@taskwire/protocol';
import type { PartReport } from './part-watch.ts';

export interface Readiness {
  readonly ready: boolean;
  readonly state: PartState;
  readonly parts: readonly {
    readonly part: string;
    readonly state: PartState;
    readonly since: string;
    readonly detail: string;
    readonly meaning: string;
  }[];
}

export interface ReadinessSources {
  readonly parts: readonly (() => PartReport | Promise<PartReport>)[];
  /** Null where no listener runs in this process. */
  readonly listener: (() => ListenerHealth) | null;
  /**
   * What has to be up for this process to be of use. The web process answers without Redis: people read what there is,
   * and submissions are kept. A listener by itself is of no use without either.
   */
  readonly needs: 'database' | 'everything';
}

const WORSE: readonly PartState[] = ['ok', 'degraded', 'down'];

export async function readReadiness(sources: ReadinessSources): Promise<Readiness> {
  const own = await Promise.all(sources.parts.map((read) => read()));
  const parts = [...own, ...(sources.listener?.().parts ?? [])];
  const state = parts.reduce<PartState>(
    (worst, part) => (WORSE.indexOf(part.state) > WORSE.indexOf(worst) ? part.state : worst),
    'ok',
  );
  const needed = sources.needs === 'database' ? own : parts;
  return {
    ready: needed.every((part) => part.state !== 'down'),
    state,
    parts: parts.map(({ part, state, since_ms, detail, meaning }) => ({
      part,
      state,
      since: formatTimestamp(since_ms * 1000),
      detail,
      meaning,
    })),
  };
}

/** For those who are not known here: the words of drivers can name hosts and users. */
export const withoutDetails = (readiness: Readiness): Readiness => ({
  ...readiness,
  parts: readiness.parts.map((part) => ({ ...part, detail: 'shown with a token' })),
});
