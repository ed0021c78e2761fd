import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { get } from '../api/request.ts';
import type { TaskPage, TaskSummary } from '../api/task.ts';
import { useFeed, useFeedState } from '../live/live-context.tsx';
import { useThrottled } from '../live/use-throttled.ts';
import { queryOf, type TaskFilters } from './filters.ts';

type Pages = InfiniteData<TaskPage, string | null>;

const PAGE_SIZE = 100;
/** The first page is asked for again so often at most while tasks come in. */
const AGAIN_MS = 1_500;
const POLL_MS = 3_000;
/** So many at once can be put in above the others without anybody losing the place. */
const CALM_MAX = 20;

/**
 * The tasks of a view, page after page. Rows that are there stay where they are: what changes, changes in place. New
 * ones are put on top only while `isCalm()` says that nobody reads or points; otherwise they are counted and wait.
 */
export function useTaskList(filters: TaskFilters, isCalm: () => boolean) {
  const queries = useQueryClient();
  const feedState = useFeedState();
  const key = useMemo(() => ['tasks', filters] as const, [filters]);
  const [fresh, setFresh] = useState<readonly TaskSummary[]>([]);

  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      get<TaskPage>('api/v1/tasks', { ...queryOf(filters), limit: PAGE_SIZE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // What is announced goes into the rows that are there, and new ones are looked for below: pages are not asked for again.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: feedState === 'live' ? true : 'always',
    refetchOnWindowFocus: false,
  });
  const tasks = useMemo(() => unique(list.data?.pages.flatMap((page) => page.tasks) ?? []), [list.data]);
  const known = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    known.current = new Set(tasks.map((task) => task.task_request_id));
    setFresh((waiting) =>
      waiting.length === 0 ? waiting : waiting.filter((task) => !known.current.has(task.task_request_id)),
    );
  }, [tasks]);
  const view = useRef<AbortSignal | undefined>(undefined);

  const putOnTop = (those: readonly TaskSummary[]): void => {
    setFresh([]);
    queries.setQueryData<Pages>(key, (data) => withNewOnTop(data, those));
  };

  const look = async (): Promise<void> => {
    const signal = view.current;
    if (queries.getQueryData(key) === undefined || document.hidden) return;
    const query = { ...queryOf(filters), limit: PAGE_SIZE };
    const page = await get<TaskPage>('api/v1/tasks', query, signal).catch(() => undefined);
    // Somebody looks at another view by now.
    if (page === undefined || signal?.aborted) return;
    // Rows that are there get their words (results, errors), which are not announced.
    queries.setQueryData<Pages>(key, (data) => withUpdated(data, page.tasks));
    const unknown = page.tasks.filter((task) => !known.current.has(task.task_request_id));
    if (unknown.length === 0) return;
    if (unknown.length <= CALM_MAX && isCalm()) putOnTop(unknown);
    else setFresh(unknown);
  };
  const lookForNew = useThrottled(look, AGAIN_MS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view begins anew
  useEffect(() => {
    const left = new AbortController();
    view.current = left.signal;
    return () => {
      left.abort();
      setFresh([]);
    };
  }, [key]);
  useFeed({ changes: lookForNew });
  const { isFetching } = list;
  useEffect(() => {
    // What was announced while pages were on their way may not be in them.
    if (!isFetching) lookForNew();
  }, [isFetching, lookForNew]);
  useEffect(() => {
    if (feedState === 'live') return;
    const timer = setInterval(lookForNew, POLL_MS);
    return () => clearInterval(timer);
  }, [feedState, lookForNew]);

  return {
    tasks,
    isPending: list.isPending,
    error: list.error,
    retry: () => void list.refetch(),
    hasMore: list.hasNextPage,
    loadMore: () => {
      if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
    },
    fresh: fresh.length,
    /** There may be more new ones than we know. */
    freshIsMore: fresh.length >= PAGE_SIZE,
    showFresh: () => {
      if (fresh.length < PAGE_SIZE) putOnTop(fresh);
      else {
        setFresh([]);
        void queries.resetQueries({ queryKey: key });
      }
    },
  };
}

const unique = (tasks: readonly TaskSummary[]): readonly TaskSummary[] => [
  ...new Map(tasks.map((task) => [task.task_request_id, task])).values(),
];

function withNewOnTop(data: Pages | undefined, fresh: readonly TaskSummary[]): Pages | undefined {
  const [first, ...others] = data?.pages ?? [];
  if (data === undefined || first === undefined) return data;
  return { ...data, pages: [{ ...first, tasks: unique([...fresh, ...first.tasks]) }, ...others] };
}

function withUpdated(data: Pages | undefined, tasks: readonly TaskSummary[]): Pages | undefined {
  if (data === undefined) return data;
  const newer = new Map(tasks.map((task) => [task.task_request_id, task]));
  const isNewer = (task: TaskSummary): boolean => {
    const other = newer.get(task.task_request_id);
    return other !== undefined && other.revision > task.revision;
  };
  if (!data.pages.some((page) => page.tasks.some(isNewer))) return data;
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      tasks: page.tasks.map((task) => (isNewer(task) ? (newer.get(task.task_request_id) ?? task) : task)),
    })),
  };
}
