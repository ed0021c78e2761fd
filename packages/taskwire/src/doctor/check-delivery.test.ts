import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeHealth, judgeStats } from './check-delivery.ts';
import { EXIT_OF_LEVEL, note, ok, problem, warning, worstOf } from './finding.ts';

const STATS = { tasks: {}, open_tasks: 0, lag_ms: 12, dead_letters_open: 0, workers_alive: 1, open_holes: 0 };
const levels = (more: Partial<typeof STATS>, holes: readonly string[] = []) =>
  Object.fromEntries(judgeStats({ ...STATS, ...more }, holes).map(({ check, level }) => [check, level]));

test('dead letters, holes that stay and a lag are warnings; what is on its way is not', () => {
  assert.deepEqual(levels({}), { 'delivery.dead-letters': 'ok', 'delivery.holes': 'ok' });
  assert.equal(levels({ dead_letters_open: 1 })['delivery.dead-letters'], 'warning');
  assert.equal(levels({ open_holes: 5 })['delivery.holes'], 'note');
  assert.equal(levels({ open_holes: 5 }, ['worker-1'])['delivery.holes'], 'warning');
  assert.equal(levels({ lag_ms: 60_000 })['delivery.lag'], 'warning');
});

test('a part that is down is a problem, one that is degraded a warning, and each says what it means', () => {
  const part = (state: 'ok' | 'degraded' | 'down') => ({
    part: 'redis',
    state,
    since: 't',
    detail: 'd',
    meaning: 'm',
  });
  assert.deepEqual(
    judgeHealth({ parts: [part('ok')] }).map(({ level }) => level),
    ['ok'],
  );
  const ill = judgeHealth({ parts: [part('ok'), part('degraded'), part('down')] });
  assert.deepEqual(
    ill.map(({ level }) => level),
    ['warning', 'problem'],
  );
  assert.ok(ill.every(({ advice }) => advice?.startsWith('It means: m.')));
});

test('the worst finding makes the exit code', () => {
  const codeOf = (...findings: Parameters<typeof worstOf>[0]) => EXIT_OF_LEVEL[worstOf(findings)];
  assert.equal(codeOf(), 0);
  assert.equal(codeOf(ok('a', ''), note('a', '', '')), 0);
  assert.equal(codeOf(ok('a', ''), warning('a', '', ''), note('a', '', '')), 3);
  assert.equal(codeOf(problem('a', '', ''), warning('a', '', '')), 4);
});
