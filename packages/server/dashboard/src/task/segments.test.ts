import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskLog, TaskStatus } from '../api/task.ts';
import { segmentsOf, timelineOf } from './segments.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const log = (status: TaskStatus, second: number, attempt = 1): TaskLog =>
  ({ status, attempt, event_time: at(second) }) as TaskLog;
const brief = (history: readonly TaskLog[]) =>
  segmentsOf({ created_at: at(0) }, history).map(({ kind, attempt, fromMs, toMs, status }) => [
    kind,
    attempt,
    toMs === null ? null : (toMs - fromMs) / 1_000,
    status,
  ]);

test('a task that waits, runs, is tried again and succeeds has a stretch for each', () => {
  const history = [
    log('PENDING', 0),
    log('RUNNING', 2),
    log('RETRY', 5),
    log('RUNNING', 9, 2),
    log('SUCCESS', 10, 2),
  ];
  assert.deepEqual(brief(history), [
    ['queued', 1, 2, 'PENDING'],
    ['running', 1, 3, 'RETRY'],
    ['retry', 1, 4, 'PENDING'],
    ['running', 2, 1, 'SUCCESS'],
  ]);
});

test('reports of progress lengthen a run, and what comes after the end changes nothing', () => {
  const history = [
    log('RUNNING', 1),
    log('RUNNING', 2),
    log('FAILURE', 3),
    log('RUNNING', 4),
    log('SUCCESS', 5),
  ];
  assert.deepEqual(brief(history), [
    ['queued', 1, 1, 'PENDING'],
    ['running', 1, 2, 'FAILURE'],
  ]);
});

test('what lasts has no end', () => {
  assert.deepEqual(brief([log('PENDING', 0)]), [['queued', 1, null, 'PENDING']]);
  assert.deepEqual(brief([log('PENDING', 0), log('RUNNING', 3)]).at(-1), ['running', 1, null, 'RUNNING']);
  assert.deepEqual(brief([]), [['queued', 1, null, 'PENDING']]);
});

test('reports of progress in a row are one entry of the timeline', () => {
  const history = [
    log('PENDING', 0),
    ...[1, 2, 3].map((second) => log('RUNNING', second)),
    log('SUCCESS', 4),
  ];
  assert.deepEqual(
    timelineOf(history).map((entry) => (entry.kind === 'event' ? entry.log.status : entry.logs.length)),
    ['PENDING', 'RUNNING', 2, 'SUCCESS'],
  );
});
