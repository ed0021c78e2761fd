import { IconAlertTriangle } from '@tabler/icons-react';
import { memo } from 'react';
import { Link } from 'wouter';
import { isFinal, type TaskSummary } from '../api/task.ts';
import { useMessages } from '../i18n/language.tsx';
import { useLiveTask } from '../live/live-context.tsx';
import { Ago, Elapsed } from '../ui/ago.tsx';
import { Progress } from '../ui/progress.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { TaskName } from '../ui/task-name.tsx';
import css from './task-row.module.css';

interface TaskRowProps {
  readonly task: TaskSummary;
  readonly index: number;
  readonly isActive: boolean;
}

/** One link, with everything in it: it can be opened in another tab, and read aloud as one sentence. */
export const TaskRow = memo(function TaskRow({ task: loaded, index, isActive }: TaskRowProps) {
  const { tasks } = useMessages();
  const task = useLiveTask(loaded);
  return (
    <Link
      className={css.row ?? ''}
      to={`/tasks/${encodeURIComponent(task.task_request_id)}`}
      data-index={index}
      tabIndex={isActive ? 0 : -1}
    >
      <span className={css.status}>
        <StatusBadge status={task.status} />
      </span>
      <span className={css.name}>
        <span className={`${css.task} truncate`}>
          <TaskName name={task.task_name} />
          {task.attempt > 1 && <span className={css.attempt}>{tasks.attempt(task.attempt)}</span>}
          {task.conflict && (
            <IconAlertTriangle className={css.conflict} size={13} aria-label={tasks.conflict} />
          )}
        </span>
        <Words task={task} />
      </span>
      <span className={`${css.id} mono truncate`} title={task.task_request_id}>
        {task.task_request_id}
      </span>
      <span className={`${css.duration} tabular`}>
        <Elapsed from={task.started_at} to={isFinal(task.status) ? task.finished_at : null} />
      </span>
      <span className={`${css.worker} truncate`} title={task.worker_source}>
        {task.worker_source}
      </span>
      <span className={`${css.updated} tabular`}>
        <Ago time={task.last_status_update} />
      </span>
    </Link>
  );
});

/** What there is to say beside the status: how far it is, or why it failed. */
function Words({ task }: { readonly task: TaskSummary }) {
  const { tasks } = useMessages();
  if (task.status === 'RUNNING' && task.progress !== null) {
    return (
      <span className={css.progress}>
        <Progress value={task.progress} label={tasks.columns.progress} />
      </span>
    );
  }
  if (task.error === null) return null;
  return (
    <span className={`${css.error} truncate`} title={task.error.slice(0, 400)}>
      {task.error_type !== null && <strong>{task.error_type}: </strong>}
      {task.error.slice(0, 200)}
    </span>
  );
}
