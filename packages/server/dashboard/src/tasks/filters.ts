import type { Query } from '../api/query.ts';
import { TASK_STATUSES, type TaskStatus } from '../api/task.ts';

export const SORTS = ['-created_at', 'created_at', '-last_status_update', 'last_status_update'] as const;
export type Sort = (typeof SORTS)[number];

/** What the list is narrowed to. It lives in the address, so that a view can be sent to somebody and kept. */
export interface TaskFilters {
  readonly status: readonly TaskStatus[];
  readonly q: string;
  readonly task_name: string;
  readonly worker_source: string;
  readonly error_type: string;
  readonly created_after: string;
  readonly created_before: string;
  readonly conflict: boolean;
  readonly sort: Sort;
}

const TEXTS = ['q', 'task_name', 'worker_source', 'error_type', 'created_after', 'created_before'] as const;

export function filtersOf(search: URLSearchParams): TaskFilters {
  const wanted = search.getAll('status').flatMap((each) => each.split(','));
  const texts = Object.fromEntries(TEXTS.map((name) => [name, search.get(name) ?? '']));
  return {
    ...(texts as Record<(typeof TEXTS)[number], string>),
    status: TASK_STATUSES.filter((status) => wanted.includes(status)),
    conflict: search.get('conflict') === 'true',
    sort: SORTS.find((sort) => sort === search.get('sort')) ?? '-created_at',
  };
}

/** Only what departs from the default, so that the plain list has the plain address. */
export function searchOf(filters: TaskFilters): URLSearchParams {
  const search = new URLSearchParams();
  for (const status of filters.status) search.append('status', status);
  for (const name of TEXTS) if (filters[name] !== '') search.set(name, filters[name]);
  if (filters.conflict) search.set('conflict', 'true');
  if (filters.sort !== '-created_at') search.set('sort', filters.sort);
  return search;
}

export const queryOf = (filters: TaskFilters): Query => ({
  ...Object.fromEntries(TEXTS.map((name) => [name, filters[name]])),
  created_after: instantOf(filters.created_after),
  created_before: instantOf(filters.created_before),
  status: filters.status,
  ...(filters.conflict ? { conflict: true } : {}),
  ...(filters.sort === '-created_at' ? {} : { sort: filters.sort }),
});

/** A field for date and time gives local time without a zone. */
function instantOf(local: string): string {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

export const isFiltered = ({ sort: _, ...filters }: TaskFilters): boolean =>
  Object.values(filters).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== '' && value !== false,
  );
