import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { filtersOf, searchOf, type TaskFilters } from './filters.ts';

/** What the address says, and how to change it. */
export function useTaskFilters() {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersOf(search), [search]);
  const change = (changes: Partial<TaskFilters>): void =>
    setSearch(searchOf({ ...filters, ...changes }), { replace: true });
  return { filters, change };
}
