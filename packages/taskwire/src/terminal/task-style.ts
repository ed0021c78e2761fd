import type { TaskStatus } from '@taskwire/protocol';
import type { Style } from './screen.ts';

const STYLES: Readonly<Record<TaskStatus, Style>> = {
  PENDING: 'dim',
  RUNNING: 'cyan',
  RETRY: 'yellow',
  FAILURE: 'red',
  CANCELLED: 'yellow',
  SUCCESS: 'green',
};

export const STATUS_WIDTH = 9;

/** The colour of a status; of one that this release does not know none. */
export const styleOfStatus = (status: string): Style => STYLES[status as TaskStatus] ?? 'reset';

/** The part of a name that says which task it is. */
export const shortName = (taskName: string | null): string => (taskName ?? '').replace(/^tasks\.web\./, '');

/** A time as the person at the terminal has it: local, to the millisecond. */
export function localTime(time: string): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime())
    ? time
    : `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** With the day. */
export function localDateTime(time: string | null): string {
  if (time === null) return '';
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${day.join('-')} ${at.toTimeString().slice(0, 8)}`;
}

export const percent = (progress: number | null): string =>
  progress === null ? '' : `${Math.round(progress * 100)} %`;

/** How long a task has been running, or ran; empty where it never did. */
export function durationOf(
  task: { readonly started_at: string | null; readonly finished_at: string | null },
  nowMs: number,
): string {
  if (task.started_at === null) return '';
  const endMs = task.finished_at === null ? nowMs : Date.parse(task.finished_at);
  return seconds((endMs - Date.parse(task.started_at)) / 1_000);
}

export const seconds = (value: number): string => `${Math.max(0, value).toFixed(3)} s`;
