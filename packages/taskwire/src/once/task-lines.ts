import type { TaskLog, TaskRequest } from '@taskwire/listener';
import { clip, oneLine } from '../terminal/one-line.ts';
import type { Screen } from '../terminal/screen.ts';
import {
  durationOf,
  localTime,
  percent,
  STATUS_WIDTH,
  seconds,
  shortName,
  styleOfStatus,
} from '../terminal/task-style.ts';
import type { FollowedTask } from './follow-tasks.ts';

const NAME_WIDTH = 40;
const DETAIL_LENGTH_MAX = 120;

/** One status change: when it happened (local time), which task, which status, how far or how long. */
export function changeLine(screen: Screen, task: TaskRequest, change: TaskLog): string {
  const clock = localTime(change.event_time);
  const status = screen.style(styleOfStatus(change.status), change.status.padEnd(STATUS_WIDTH));
  const name = shortName(task.task_name).padEnd(NAME_WIDTH);
  return `${screen.style('dim', clock)}  ${name}  ${status}  ${detailOf(change)}`.trimEnd();
}

function detailOf({ status, progress, data }: TaskLog): string {
  if (status === 'RUNNING' && progress !== null) return percent(progress);
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
        : screen.style(styleOfStatus(task.status), status.padEnd(STATUS_WIDTH));
    const error =
      task?.error == null ? '' : clip(oneLine(`${task.error_type}: ${task.error}`), DETAIL_LENGTH_MAX);
    return `  ${shortName(task_name).padEnd(NAME_WIDTH)}  ${shown}  ${(task?.finished_at == null ? '' : durationOf(task, 0)).padStart(8)}  ${error}`.trimEnd();
  });
  const head = `  ${'task'.padEnd(NAME_WIDTH)}  ${'status'.padEnd(STATUS_WIDTH)}  ${'time'.padStart(8)}`;
  return [screen.style('bold', head), ...rows].join('\n');
}
