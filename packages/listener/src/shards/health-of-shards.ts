import type { HealthBoard, ListenerPart, PartState } from '../health.ts';

interface Word {
  readonly state: PartState;
  readonly detail: string;
  readonly meaning: string;
}

/**
 * The board of each shard, of which `board` shows the worst: a part is down where it is in all of them, and degraded
 * where it works in some.
 */
export function healthOfShards(board: HealthBoard, count: number): (shard: number) => HealthBoard {
  if (count === 1) return () => board;
  const said = new Map<ListenerPart, Map<number, Word>>();

  const reporter = (shard: number): HealthBoard['report'] => {
    return (part, state, detail, meaning) => {
      const words = said.get(part) ?? new Map<number, Word>();
      said.set(part, words.set(shard, { state, detail, meaning }));
      const ill = [...words].filter(([, word]) => word.state !== 'ok').sort(([a], [b]) => a - b);
      const first = ill.find(([, word]) => word.state === 'down') ?? ill[0];
      if (first === undefined) return board.report(part, state, detail, meaning);
      const [worst, word] = first;
      const allDown = ill.length === count && ill.every(([, { state }]) => state === 'down');
      const which =
        ill.length === 1 ? `shard ${worst}` : `shards ${ill.map(([number]) => number).join(', ')}`;
      board.report(part, allDown ? 'down' : 'degraded', `${which} of ${count}: ${word.detail}`, word.meaning);
    };
  };
  return (shard) => {
    const report = reporter(shard);
    return {
      report,
      ok: (part, detail) => report(part, 'ok', detail, 'events pass'),
      read: board.read,
    };
  };
}
