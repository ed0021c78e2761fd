import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Stats } from '../api/overview.ts';
import { get } from '../api/request.ts';
import { useFeed, usePollMs } from '../live/live-context.tsx';
import { useThrottled } from '../live/use-throttled.ts';

const KEY = ['stats'] as const;
/** Counts are asked for again so often at most, however much happens. */
const AGAIN_MS = 2_000;

export function useStats() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => get<Stats>('api/v1/stats', undefined, signal),
    refetchInterval: usePollMs(10_000, 4_000),
  });
}

/** Asks for the counts again when something happens; once on a page. */
export function useStatsFollowChanges(): void {
  const queries = useQueryClient();
  const ask = useThrottled(() => queries.invalidateQueries({ queryKey: KEY }), AGAIN_MS);
  useFeed({ changes: ask });
}
