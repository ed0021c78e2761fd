import { useQuery } from '@tanstack/react-query';
import type { Series } from '../api/overview.ts';
import { get } from '../api/request.ts';

/** Minutes back, and how many seconds one point stands for: about a hundred points each. */
export const RANGES = { 15: 10, 60: 30, 360: 180, 1440: 720 } as const;
export type Range = keyof typeof RANGES;

const AGAIN_MS_MAX = 30_000;

export function useSeries(minutes: Range) {
  const step_s = RANGES[minutes];
  return useQuery({
    queryKey: ['series', minutes],
    queryFn: ({ signal }) => get<Series>('api/v1/stats/series', { minutes, step_s }, signal),
    refetchInterval: Math.min(step_s * 500, AGAIN_MS_MAX),
    placeholderData: (before) => before,
    retry: false,
  });
}
