import type { TaskLog, TaskRequest } from '@taskwire/listener';
import type { TaskStatus } from '@taskwire/protocol';
import { clip, oneLine } from '../terminal/one-line.ts';
import type { Screen, Style } from '../terminal/screen.ts';
import type { FollowedTask } from './follow-tasks.ts';

const STYLES: Readonly<Record<TaskStatus, Style>> = {
  PENDING: 'dim',
  RUNNING: 'cyan',
  RETRY: 'yellow',
  FAILURE: 'red',
  CANCELLED: 'yellow',
  SUCCESS: 'green',
};

const STATUS_WIDTH = 9;
const NAME_WIDTH = 40;
const DETAIL_LENGTH_MAX = 120;

/** The part that says which one it is. */
const shortName = (taskName: string): string => taskName.replace(/^tasks\.web\./, '');

/** One status change: when it happened (local time), which task, which status, how far or how long. */
export function changeLine(screen: Screen, task: TaskRequest, change: TaskLog): string {
  const at = new Date(change.event_time);
  const clock = `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  const status = screen.style(STYLES[change.status], change.status.padEnd(STATUS_WIDTH));
  const name = shortName(task.task_name ?? '').padEnd(NAME_WIDTH);
  return `${screen.style('dim', clock)}  ${name}  ${status}  ${detailOf(change)}`.trimEnd();
}

function detailOf({ status, progress, data }: TaskLog): string {
  if (status === 'RUNNING' && progress !== null) return `${Math.round(progress * 100)} %`;
  if (status === 'SUCCESS' && typeof data.execution_time === 'number') return seconds(data.execution_time);
  if (status === 'FAILURE' || status === 'RETRY') {
    return clip(oneLine(`${data.error_type ?? ''}: ${data.error ?? ''}`), DETAIL_LENGTH_MAX);
  }
  return '';
}

/** What became of each, at the end. */
export function resultTable(screen: Screen, followed: readonly FollowedTask[]): string {
  const rows = followed.map(({ task_name, task }) => {
    const status = task?.status ?? 'not run';
    const shown =
      task === null
        ? status.padEnd(STATUS_WIDTH)
        : screen.style(STYLES[task.status], status.padEnd(STATUS_WIDTH));
    const error =
      task?.error == null ? '' : clip(oneLine(`${task.error_type}: ${task.error}`), DETAIL_LENGTH_MAX);
    return `  ${shortName(task_name).padEnd(NAME_WIDTH)}  ${shown}  ${durationOf(task).padStart(8)}  ${error}`.trimEnd();
  });
  const head = `  ${'task'.padEnd(NAME_WIDTH)}  ${'status'.padEnd(STATUS_WIDTH)}  ${'time'.padStart(8)}`;
  return [screen.style('bold', head), ...rows].join('\n');
}

function durationOf(task: TaskRequest | null): string {
  if (task === null || task.started_at === null || task.finished_at === null) return '';
  return seconds((Date.parse(task.finished_at) - Date.parse(task.started_at)) / 1_000);
}

const seconds = (value: number): string => `${value.toFixed(3)} s`;
