import { useQuery } from '@tanstack/react-query';
import type { Readiness } from '../api/health.ts';
import { get } from '../api/request.ts';

const AGAIN_MS = 3_000;

export const useReadiness = () =>
  useQuery({
    queryKey: ['readiness'],
    queryFn: ({ signal }) => get<Readiness>('health/ready', undefined, signal),
    refetchInterval: AGAIN_MS,
    // The banner says it; there is no reason to ask faster.
    retry: false,
  });
