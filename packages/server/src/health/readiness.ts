import type { ListenerHealth, PartState } from '@taskwire/listener';
import { formatTimestamp } from '@taskwire/protocol';
import Type, { type Static } from 'typebox';
import type { PartReport } from './part-watch.ts';

export const ReadinessSchema = Type.Object(
  {
    ready: Type.Boolean({ description: 'whether requests should come here; false is answered with 503' }),
    state: Type.Enum(['ok', 'degraded', 'down'], { description: 'the worst of the parts' }),
    parts: Type.Array(
      Type.Object({
        part: Type.String(),
        state: Type.Enum(['ok', 'degraded', 'down']),
        since: Type.String({ description: 'when it got into this state, RFC 3339 in UTC' }),
        detail: Type.String({ description: 'what is the matter' }),
        meaning: Type.String({ description: 'what it means for tasks and events' }),
      }),
    ),
  },
  { title: 'Readiness' },
);
export type Readiness = Static<typeof ReadinessSchema>;

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
