import { useMediaQuery } from '@mantine/hooks';
import { IconArrowUp } from '@tabler/icons-react';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { TaskSummary } from '../api/task.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { keepPlaceInList, placeInList } from './place-in-list.ts';
import css from './task-list.module.css';
import { TaskRow } from './task-row.tsx';

interface TaskListProps {
  readonly tasks: readonly TaskSummary[];
  readonly hasMore: boolean;
  readonly onMore: () => void;
  readonly fresh: number;
  readonly freshIsMore: boolean;
  readonly onFresh: () => void;
  /** Told whenever it changes whether somebody reads or points at something. */
  readonly onCalm: (isCalm: boolean) => void;
}

const ROW_PX = 41;
const ROW_PX_PHONE = 66;
/** Loaded that many rows before the end comes into view. */
const AHEAD = 30;

/**
 * Thousands of rows of which those in view exist. The arrow keys move the focus from row to row; the tab key comes here
 * once and goes on.
 */
export function TaskList(props: TaskListProps) {
  const { tasks, hasMore, onMore, onCalm } = props;
  const messages = useMessages();
  const formats = useFormats();
  const isPhone = useMediaQuery('(max-width: 720px)', false, { getInitialValueInEffect: false });
  const scroller = useRef<HTMLDivElement>(null);
  const rowPx = isPhone ? ROW_PX_PHONE : ROW_PX;
  const [place] = useState(placeInList);
  const [active, setActive] = useState(place.index);
  const [goal, setGoal] = useState<{ readonly index: number } | null>(null);
  const watching = useRef({ top: place.top < rowPx, pointer: false, focus: false });

  const virtual = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
    initialOffset: place.top,
    getItemKey: (index) => tasks[index]?.task_request_id ?? index,
    // The one with the focus stays, however far the others are scrolled.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), Math.min(active, tasks.length - 1)])].sort(
        (a, b) => a - b,
      ),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height of rows, another height of all
  useEffect(() => virtual.measure(), [rowPx]);

  const items = virtual.getVirtualItems();
  const lastShown = Math.max(0, ...items.filter(({ index }) => index !== active).map(({ index }) => index));
  useEffect(() => {
    if (hasMore && lastShown >= tasks.length - AHEAD) onMore();
  }, [hasMore, lastShown, tasks.length, onMore]);

  const watch = useCallback(
    (change: Partial<typeof watching.current>) => {
      Object.assign(watching.current, change);
      const { top, pointer, focus } = watching.current;
      onCalm(top && !pointer && !focus);
    },
    [onCalm],
  );

  const goTo = (index: number): void => {
    const next = Math.min(Math.max(index, 0), tasks.length - 1);
    setActive(next);
    setGoal({ index: next });
    virtual.scrollToIndex(next);
  };
  // In the same moment in which the row appears and the one before may go: a key pressed in between would be lost.
  useLayoutEffect(() => {
    if (goal === null) return;
    scroller.current
      ?.querySelector<HTMLElement>(`[data-index="${goal.index}"]`)
      ?.focus({ preventScroll: true });
  }, [goal]);
  const onKey = (event: KeyboardEvent): void => {
    const pageRows = Math.max(Math.floor((scroller.current?.clientHeight ?? rowPx) / rowPx) - 1, 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      j: active + 1,
      ArrowUp: active - 1,
      k: active - 1,
      PageDown: active + pageRows,
      PageUp: active - pageRows,
      Home: 0,
      End: tasks.length - 1,
    };
    const next = steps[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    goTo(next);
  };

  return (
    <div className={css.frame}>
      <Columns />
      {props.fresh > 0 && (
        <button
          type="button"
          className={css.fresh}
          onClick={() => {
            props.onFresh();
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          <IconArrowUp size={14} aria-hidden />
          {messages.tasks.newTasks(`${formats.count(props.fresh)}${props.freshIsMore ? '+' : ''}`)}
        </button>
      )}
      <div
        ref={scroller}
        className={css.scroller}
        onScroll={(event) => watch({ top: event.currentTarget.scrollTop < rowPx })}
        onPointerEnter={(event) => watch({ pointer: event.pointerType === 'mouse' })}
        onPointerLeave={() => watch({ pointer: false })}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: rows are placed, which a list of the browser cannot */}
        <div
          role="list"
          aria-label={messages.tasks.list}
          className={css.rows}
          style={{ height: virtual.getTotalSize() }}
          onClickCapture={() => keepPlaceInList({ top: scroller.current?.scrollTop ?? 0, index: active })}
          onKeyDown={onKey}
          onFocus={(event) => {
            watch({ focus: true });
            const index = Number(event.target.dataset.index);
            if (Number.isInteger(index)) setActive(index);
          }}
          onBlur={() => watch({ focus: false })}
        >
          {items.map((item) => {
            const task = tasks[item.index];
            if (task === undefined) return null;
            return (
              // biome-ignore lint/a11y/useSemanticElements: as above
              <div
                key={item.key}
                role="listitem"
                aria-setsize={hasMore ? -1 : tasks.length}
                aria-posinset={item.index + 1}
                className={css.place}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                <TaskRow
                  task={task}
                  index={item.index}
                  isActive={item.index === Math.min(active, tasks.length - 1)}
                />
              </div>
            );
          })}
        </div>
      </div>
      <div className={css.foot}>
        <span className="tabular">{messages.tasks.loaded(formats.count(tasks.length))}</span>
        <span className={css.keys}>{messages.tasks.keys}</span>
        <span>{hasMore ? '' : messages.tasks.end}</span>
      </div>
    </div>
  );
}

function Columns() {
  const { columns } = useMessages().tasks;
  return (
    <div className={css.columns} aria-hidden>
      <span>{columns.status}</span>
      <span>{columns.task}</span>
      <span>{columns.id}</span>
      <span className={css.end}>{columns.duration}</span>
      <span className={css.worker}>{columns.worker}</span>
      <span className={css.end}>{columns.updated}</span>
    </div>
  );
}
