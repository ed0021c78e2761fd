import { Link } from 'wouter';
import { isFinal, type Task, type TaskWithHistory } from '../api/task.ts';
import { useMessages } from '../i18n/language.tsx';
import { Elapsed, Moment } from '../ui/ago.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Fact, FactList } from '../ui/fact.tsx';

interface FactsProps {
  readonly task: Task;
  readonly reruns: TaskWithHistory['reruns'];
}

export function Facts({ task, reruns = [] }: FactsProps) {
  const { task: words } = useMessages();
  return (
    <FactList>
      <Fact label={words.id}>
        <span className="mono wrap">{task.task_request_id}</span>
        <CopyButton text={task.task_request_id} what={words.id} />
      </Fact>
      <Fact label={words.worker}>
        <span className="wrap">{task.worker_source}</span>
      </Fact>
      <Fact label={words.created}>
        <Moment time={task.created_at} />
      </Fact>
      <Fact label={words.started}>
        <Moment time={task.started_at} />
      </Fact>
      <Fact label={words.finished}>
        <Moment time={task.finished_at} />
      </Fact>
      <Fact label={words.waited}>
        <Elapsed
          from={task.created_at}
          to={task.started_at ?? (isFinal(task.status) ? task.finished_at : null)}
        />
      </Fact>
      <Fact label={words.ran}>
        <Elapsed from={task.started_at} to={isFinal(task.status) ? task.finished_at : null} />
      </Fact>
      {task.attempt > 0 && <Fact label={words.attempts}>{task.attempt}</Fact>}
      {task.rerun_of !== null && (
        <Fact label={words.rerunOf}>
          <TaskLink id={task.rerun_of} />
        </Fact>
      )}
      {reruns.length > 0 && (
        <Fact label={words.reruns}>
          <span>
            {reruns.map((id) => (
              <div key={id}>
                <TaskLink id={id} />
              </div>
            ))}
          </span>
        </Fact>
      )}
    </FactList>
  );
}

export function TaskLink({ id }: { readonly id: string }) {
  return (
    <Link to={`/tasks/${encodeURIComponent(id)}`} className="mono wrap" title={id}>
      {id}
    </Link>
  );
}
