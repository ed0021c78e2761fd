import { useInfiniteQuery } from '@tanstack/react-query';
import type { Query } from '../api/query.ts';
import { get } from '../api/request.ts';

interface Paged {
  readonly next_cursor: string | null;
}

/** A list that comes page by page, and again every `againMs`. */
export function usePages<Page extends Paged>(name: string, path: string, query: Query, againMs: number) {
  return useInfiniteQuery({
    queryKey: [name, query],
    queryFn: ({ pageParam, signal }) => get<Page>(path, { ...query, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page) => page.next_cursor,
    placeholderData: (before) => before,
    // Who has loaded many pages reads; asking for all of them again would only be in the way.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 2 ? false : againMs),
  });
}
