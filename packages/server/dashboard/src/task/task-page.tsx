import { Alert } from '@mantine/core';
import { IconAlertTriangle, IconChevronLeft, IconMapOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { ApiError } from '../api/request.ts';
import type { Task, TaskWithHistory } from '../api/task.ts';
import { isFinal } from '../api/task.ts';
import { useMessages } from '../i18n/language.tsx';
import { useLiveTask } from '../live/live-context.tsx';
import { CodeBlock } from '../ui/code-block.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Page, Panel } from '../ui/page.tsx';
import { Progress } from '../ui/progress.tsx';
import { Empty, Failed, Waiting } from '../ui/states.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { Facts } from './facts.tsx';
import { History } from './history.tsx';
import { idInAddress } from './id-in-address.ts';
import { segmentsOf } from './segments.ts';
import { StatusPath } from './status-path.tsx';
import { TaskActions } from './task-actions.tsx';
import css from './task-page.module.css';
import { Timeline } from './timeline.tsx';
import { useTask } from './use-task.ts';

export function TaskPage() {
  const { task: words } = useMessages();
  // Draws this page again when the address changes; the id itself is taken from where it is not decoded twice.
  useParams();
  const id = idInAddress(window.location.pathname);
  const { data, error, isPending, refetch } = useTask(id);
  if (data !== undefined) return <Found task={data} />;
  const isMissing = error instanceof ApiError && error.status === 404;
  return (
    <Page title={isMissing ? words.missing : id} trail={<Trail />}>
      {isPending && <Waiting rows={10} />}
      {isMissing && (
        <Empty
          title={words.missing}
          detail={words.missingDetail}
          icon={<IconMapOff size={26} stroke={1.5} />}
        />
      )}
      {error !== null && !isMissing && <Failed error={error} onRetry={() => void refetch()} />}
    </Page>
  );
}

function Trail() {
  const { task: words } = useMessages();
  return (
    <Link to="/tasks" className={css.trail ?? ''}>
      <IconChevronLeft size={14} aria-hidden />
      {words.back}
    </Link>
  );
}

function Found({ task: loaded }: { readonly task: TaskWithHistory }) {
  const messages = useMessages();
  const { task: words } = messages;
  const task = useLiveTask(loaded);
  const { history, conflicting = [] } = loaded;
  return (
    <Page
      title={task.task_name ?? messages.tasks.unnamed}
      trail={<Trail />}
      actions={<TaskActions task={task} />}
    >
      <div className={css.summary}>
        <span role="status">
          <StatusBadge status={task.status} large />
        </span>
        {task.status === 'RUNNING' && task.progress !== null && (
          <div className={css.progress}>
            <Progress value={task.progress} label={words.progress} large />
          </div>
        )}
      </div>
      {task.conflict && (
        <Alert color="red" icon={<IconAlertTriangle />} title={words.conflict}>
          {words.conflictDetail}
          <div className={css.conflicting}>
            {conflicting.map((log) => (
              <div key={log.event_id}>
                <StatusBadge status={log.status} />{' '}
                <span className="wrap">
                  {log.worker_source}: {log.message}
                </span>
              </div>
            ))}
          </div>
        </Alert>
      )}
      <div className={css.columns}>
        <div className={css.main}>
          <Panel>
            <StatusPath segments={segmentsOf(task, history)} />
          </Panel>
          {task.error !== null && <TaskError task={task} />}
          <Value
            title={words.result}
            value={task.result}
            empty={isFinal(task.status) ? words.noResultFinal : words.noResult}
          />
          <Value title={words.params} value={task.params} empty={words.noParams} />
        </div>
        <div className={css.side}>
          <Panel title={words.facts}>
            <Facts task={task} reruns={loaded.reruns} />
          </Panel>
          <Panel title={words.path}>
            <Timeline history={history} />
          </Panel>
        </div>
      </div>
      <Panel title={words.history} flush>
        <History history={history} />
      </Panel>
    </Page>
  );
}

function TaskError({ task }: { readonly task: Task }) {
  const { task: words } = useMessages();
  const error = task.error ?? '';
  return (
    <Panel
      title={<span className={css.errorTitle}>{task.error_type ?? words.error}</span>}
      actions={<CopyButton text={error} what={words.error} />}
    >
      <CodeBlock text={error} label={words.error} tone="failure" />
    </Panel>
  );
}

interface ValueProps {
  readonly title: string;
  readonly value: unknown;
  readonly empty: string;
}

function Value({ title, value, empty }: ValueProps): ReactNode {
  const isEmpty =
    value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
  if (isEmpty) {
    return (
      <Panel title={title}>
        <span className="muted">{empty}</span>
      </Panel>
    );
  }
  const text = JSON.stringify(value, null, 2);
  return (
    <Panel title={title} actions={<CopyButton text={text} what={title} />}>
      <CodeBlock text={text} json label={title} />
    </Panel>
  );
}
