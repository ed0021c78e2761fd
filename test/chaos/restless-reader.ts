import { setTimeout as lasts } from 'node:timers/promises';
import type { CurrentTaskState } from '@taskwire/protocol';
import { readEvents } from '../../packages/server/test/event-reader.ts';

export interface RestlessReaderOptions {
  /** What it asks for, such as `?status=SUCCESS`. */
  readonly query: string;
  /** Addresses of replicas; some of them may be gone. */
  readonly urls: () => readonly string[];
  readonly random: () => number;
}

/** A reader of live updates that stays nowhere for long, and shows what it was told wherever it was. */
export interface RestlessReader {
  readonly states: ReadonlyMap<string, CurrentTaskState>;
  /** How often it was told to load anew. */
  resets(): number;
  connections(): number;
  /** Whether it goes on from where it was the last time: from then on it misses nothing. */
  hasPlace(): boolean;
  stop(): Promise<void>;
}

/** It stays at one replica for less than this. */
const STAY_MS_MAX = 1_000;

export function startRestlessReader({ query, urls, random }: RestlessReaderOptions): RestlessReader {
  const states = new Map<string, CurrentTaskState>();
  let [place, resets, connections, isStopping] = ['', 0, 0, false];

  async function visit(url: string): Promise<void> {
    await using reader = await readEvents(`${url}/api/v1/events${query}`, place === '' ? undefined : place);
    connections++;
    await lasts(random() * STAY_MS_MAX);
    await reader.close();
    place = reader.lastEventId();
    resets += reader.resets();
    for (const state of reader.received) {
      const known = states.get(state.task_request_id);
      if (known === undefined || known.revision < state.revision) states.set(state.task_request_id, state);
    }
  }

  const roaming = (async () => {
    while (!isStopping) {
      const all = urls();
      const url = all[Math.floor(random() * all.length)] ?? '';
      // One that was killed; the next may be there.
      await visit(url).catch(() => lasts(random() * 100));
    }
  })();
  return {
    states,
    resets: () => resets,
    connections: () => connections,
    hasPlace: () => place !== '',
    stop: () => {
      isStopping = true;
      return roaming;
    },
  };
}
