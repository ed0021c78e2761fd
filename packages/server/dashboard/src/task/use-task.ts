import { useQuery, useQueryClient } from '@tanstack/react-query';
import { get } from '../api/request.ts';
import { isFinal, type TaskWithHistory, taskPath } from '../api/task.ts';
import { useFeed, usePollMs } from '../live/live-context.tsx';
import { useThrottled } from '../live/use-throttled.ts';

/** The history is asked for again so often at most while a task reports. */
const AGAIN_MS = 700;

/** A task with its history, asked for again when something is announced of it. */
export function useTask(id: string) {
  const queries = useQueryClient();
  const key = ['task', id] as const;
  const pollMs = usePollMs(15_000, 2_000);
  const ask = useThrottled(async () => {
    const isFirst = queries.getQueryData(key) === undefined;
    await queries.invalidateQueries({ queryKey: key });
    // The first answer may have been on its way already when this was announced.
    if (isFirst) await queries.invalidateQueries({ queryKey: key });
  }, AGAIN_MS);
  useFeed({
    changes: (changes) => {
      if (changes.has(id)) ask();
    },
  });
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get<TaskWithHistory>(taskPath(id), undefined, signal),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isFinal(state.data.status) ? 30_000 : pollMs,
  });
}
