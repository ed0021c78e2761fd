import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get } from '../api/request.ts';
import type { TaskPage, TaskStatus, TaskSummary } from '../api/task.ts';
import { useMessages } from '../i18n/language.tsx';
import { useFeed, useLiveTask, usePollMs } from '../live/live-context.tsx';
import { useThrottled } from '../live/use-throttled.ts';
import { Ago } from '../ui/ago.tsx';
import { Panel } from '../ui/page.tsx';
import { Progress } from '../ui/progress.tsx';
import { Failed, Waiting } from '../ui/states.tsx';
import { StatusIcon } from '../ui/status.tsx';
import { TaskName } from '../ui/task-name.tsx';
import css from './short-list.module.css';

interface ShortListProps {
  readonly title: string;
  readonly empty: string;
  readonly status: TaskStatus;
}

const SHOWN = 6;
const AGAIN_MS = 2_000;

/** The latest few tasks in a status. Its height stays the same however many there are. */
export function ShortList({ title, empty, status }: ShortListProps) {
  const { overview } = useMessages();
  const queries = useQueryClient();
  const key = ['short-list', status] as const;
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get<TaskPage>('api/v1/tasks', { status, limit: SHOWN }, signal),
    refetchInterval: usePollMs(10_000, 3_000),
  });
  const ask = useThrottled(() => queries.invalidateQueries({ queryKey: key }), AGAIN_MS);
  useFeed({ changes: ask });
  return (
    <Panel
      title={title}
      flush
      actions={
        <Link to={`/tasks?status=${status}`} className={css.all ?? ''}>
          {overview.viewAll}
        </Link>
      }
    >
      <div className={css.list}>
        {data === undefined && error === null && <Waiting rows={SHOWN} />}
        {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
        {data?.tasks.length === 0 && <p className={css.empty}>{empty}</p>}
        {data?.tasks.map((task) => (
          <Entry key={task.task_request_id} task={task} />
        ))}
      </div>
    </Panel>
  );
}

function Entry({ task: loaded }: { readonly task: TaskSummary }) {
  const { tasks } = useMessages();
  const task = useLiveTask(loaded);
  return (
    <Link className={css.entry ?? ''} to={`/tasks/${encodeURIComponent(task.task_request_id)}`}>
      <StatusIcon status={task.status} size={15} />
      <span className={`${css.name} truncate`}>
        <TaskName name={task.task_name} />
      </span>
      {task.status === 'RUNNING' && task.progress !== null ? (
        <span className={css.progress}>
          <Progress value={task.progress} label={tasks.columns.progress} />
        </span>
      ) : (
        <span className={`${css.detail} truncate`}>{task.error_type ?? task.error?.slice(0, 120) ?? ''}</span>
      )}
      <span className={css.time}>
        <Ago time={task.last_status_update} />
      </span>
    </Link>
  );
}
