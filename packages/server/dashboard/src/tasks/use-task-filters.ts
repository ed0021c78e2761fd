import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { filtersOf, searchOf, type TaskFilters } from './filters.ts';

/** What is typed letter by letter. */
const TYPED: ReadonlySet<string> = new Set([
  'q',
  'worker_source',
  'error_type',
] satisfies (keyof TaskFilters)[]);

/** What the address says, and how to change it. The way back undoes what was chosen, and not each letter. */
export function useTaskFilters() {
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersOf(search), [search]);
  const change = (changes: Partial<TaskFilters>): void =>
    setSearch(searchOf({ ...filters, ...changes }), {
      replace: Object.keys(changes).every((name) => TYPED.has(name)),
    });
  return { filters, change };
}
