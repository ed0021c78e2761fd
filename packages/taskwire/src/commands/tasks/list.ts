import type { TaskSummary } from '@taskwire/listener';
import { withApi } from '../../client/open-api.ts';
import { type CommandInput, EXIT } from '../../command-line/command.ts';
import { isSet, textOf, textsOf, wholeNumberOf } from '../../command-line/read-options.ts';
import { jsonText } from '../../terminal/one-line.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import { durationOf, localDateTime, percent, shortName, styleOfStatus } from '../../terminal/task-style.ts';

const LIMIT = { min: 1, max: 100_000, fallback: 50 };

/** `taskwire tasks list` */
export async function listTasks({ env, options, terminal }: CommandInput): Promise<number> {
  const limit = wholeNumberOf(options, 'limit', LIMIT);
  const query = {
    status: textsOf(options, 'status'),
    task_name: textOf(options, 'name'),
    worker_source: textOf(options, 'worker'),
    q: textOf(options, 'search'),
    error_type: textOf(options, 'error-type'),
    conflict: isSet(options, 'conflict') ? true : undefined,
    created_after: textOf(options, 'created-after'),
    created_before: textOf(options, 'created-before'),
    sort: textOf(options, 'sort'),
  };
  return withApi(env, async (api) => {
    const tasks: TaskSummary[] = [];
    for await (const task of api.tasks(query, limit)) {
      if (terminal.readerGone.aborted) break;
      if (isSet(options, 'json')) terminal.line(jsonText(task));
      else tasks.push(task);
    }
    if (isSet(options, 'json')) return EXIT.done;
    terminal.line(
      tasks.length === 0 ? 'there are no such tasks' : renderTable(terminal, columns(Date.now()), tasks),
    );
    return EXIT.done;
  });
}

const columns = (nowMs: number): readonly Column<TaskSummary>[] => [
  { head: 'created', text: ({ created_at }) => localDateTime(created_at), style: () => 'dim' },
  { head: 'status', text: ({ status }) => status, style: ({ status }) => styleOfStatus(status) },
  { head: 'task', text: ({ task_name }) => shortName(task_name), flexible: true },
  { head: 'id', text: ({ task_request_id }) => task_request_id },
  {
    head: 'progress',
    optional: true,
    text: ({ status, progress }) => (status === 'RUNNING' ? percent(progress) : ''),
    align: 'right',
  },
  { head: 'time', optional: true, text: (task) => durationOf(task, nowMs), align: 'right' },
  {
    head: 'error',
    optional: true,
    text: ({ error_type, error }) => (error === null ? '' : `${error_type}: ${error}`),
    flexible: true,
  },
];
