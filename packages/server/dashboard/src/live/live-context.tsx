import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { TaskSummary } from '../api/task.ts';
import { type ChangedTasks, createChangedTasks, withLive } from './changed-tasks.ts';
import { createFeed, type Feed, type FeedListener, type FeedState } from './feed.ts';

interface Live {
  readonly feed: Feed;
  readonly changed: ChangedTasks;
}

const LiveContext = createContext<Live | undefined>(undefined);

/** One stream for the whole page. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const [live] = useState<Live>(() => ({ feed: createFeed(), changed: createChangedTasks() }));
  const queries = useQueryClient();
  useEffect(() => {
    const stop = live.feed.listen({
      changes: (changes) => live.changed.put(changes),
      reset: () => {
        live.changed.forget();
        void queries.invalidateQueries();
      },
    });
    const close = live.feed.start();
    return () => {
      stop();
      close();
    };
  }, [live, queries]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('there is no LiveProvider above this component');
  return live;
}

export function useFeedState(): FeedState {
  const { feed } = useLive();
  return useSyncExternalStore(feed.onState, feed.state);
}

/** Hears of changes without being drawn again by them. */
export function useFeed(listener: FeedListener): void {
  const { feed } = useLive();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(
    () =>
      feed.listen({
        changes: (changes) => latest.current.changes?.(changes),
        reset: () => latest.current.reset?.(),
      }),
    [feed],
  );
}

/** The task with what was announced since it was loaded; drawn again when that changes. */
export function useLiveTask<T extends TaskSummary>(task: T): T {
  const { changed } = useLive();
  const id = task.task_request_id;
  const live = useSyncExternalStore(
    (listener) => changed.listen(id, listener),
    () => changed.get(id),
  );
  return withLive(task, live);
}

/** How often to ask, in ms: seldom while changes are announced. */
export function usePollMs(live: number, polling: number): number {
  return useFeedState() === 'live' ? live : polling;
}
