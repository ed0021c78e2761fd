import type { TaskLog } from '@taskwire/listener';
import type { TaskDetail } from '../../client/api-client.ts';
import { withApi } from '../../client/open-api.ts';
import { type CommandInput, EXIT } from '../../command-line/command.ts';
import { isSet } from '../../command-line/read-options.ts';
import { jsonText, oneLine, printable } from '../../terminal/one-line.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import { durationOf, localDateTime, localTime, percent, styleOfStatus } from '../../terminal/task-style.ts';
import type { Terminal } from '../../terminal/terminal.ts';

/** `taskwire tasks show <task_request_id>` */
export async function showTask({
  env,
  positionals: [id = ''],
  options,
  terminal,
}: CommandInput): Promise<number> {
  return withApi(env, async (api) => {
    const task = await api.show(id);
    terminal.line(isSet(options, 'json') ? jsonText(task) : taskText(terminal, task));
    return EXIT.done;
  });
}

/** All that is known of a task, for a person. */
export function taskText(terminal: Terminal, task: TaskDetail): string {
  const { style } = terminal;
  const row = (name: string, value: string | null): readonly string[] =>
    value === null || value === '' ? [] : [`${style('dim', name.padEnd(10))} ${value}`];
  return [
    ...row('task', style('bold', oneLine(task.task_name ?? ''))),
    ...row('id', oneLine(task.task_request_id)),
    ...row('status', style(styleOfStatus(task.status), task.status)),
    ...row('progress', task.status === 'RUNNING' ? percent(task.progress) : null),
    ...row('attempt', task.attempt > 1 ? String(task.attempt) : null),
    ...row('worker', oneLine(task.worker_source)),
    ...row('created', localDateTime(task.created_at)),
    ...row('started', localDateTime(task.started_at)),
    ...row('finished', localDateTime(task.finished_at)),
    ...row('time', durationOf(task, Date.now())),
    ...row('re-run of', task.rerun_of === null ? null : oneLine(task.rerun_of)),
    ...row('re-run by', (task.reruns ?? []).map(oneLine).join(', ')),
    ...row('conflict', task.conflict ? style('yellow', 'its workers say different things of its end') : null),
    ...block(terminal, 'params', task.params === null ? null : jsonText(task.params, 2)),
    ...block(terminal, 'result', task.result === null ? null : jsonText(task.result, 2)),
    ...block(terminal, 'error', task.error === null ? null : printable(`${task.error_type}: ${task.error}`)),
    '',
    style('bold', 'history'),
    renderTable(terminal, HISTORY, task.history),
  ].join('\n');
}

const block = ({ style }: Terminal, head: string, text: string | null): readonly string[] =>
  text === null ? [] : ['', style('bold', head), ...text.split('\n').map((line) => `  ${line}`)];

const HISTORY: readonly Column<TaskLog>[] = [
  { head: 'time', text: ({ event_time }) => localTime(event_time), style: () => 'dim' },
  { head: 'status', text: ({ status }) => status, style: ({ status }) => styleOfStatus(status) },
  {
    head: 'attempt',
    optional: true,
    text: ({ attempt }) => (attempt > 0 ? String(attempt) : ''),
    align: 'right',
  },
  { head: 'progress', optional: true, text: ({ progress }) => percent(progress), align: 'right' },
  { head: 'worker', optional: true, text: ({ worker_source }) => worker_source, flexible: true },
  {
    head: 'message',
    text: ({ message, applied }) => `${message}${applied ? '' : ' (came too late to matter)'}`,
    flexible: true,
  },
];
