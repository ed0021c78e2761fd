import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type CeleryResult, celeryAnswer, finishedAtMs } from './celery-answer.ts';

const found = (wish: Partial<CeleryResult>): CeleryResult => ({
  status: 'SUCCESS',
  result: null,
  traceback: null,
  finished_at_ms: 5,
  ...wish,
});

it('what Celery does not know is unknown, and not failed', () => {
  assert.deepEqual(celeryAnswer(null), { state: 'unknown' });
  assert.deepEqual(celeryAnswer(found({ status: 'PENDING' })), { state: 'unknown' });
});

it('a task that was not at its end is waiting where Celery will run it again, or else active', () => {
  assert.equal(celeryAnswer(found({ status: 'RETRY' })).state, 'waiting');
  for (const status of ['STARTED', 'PROGRESS', 'LOADING'])
    assert.equal(celeryAnswer(found({ status })).state, 'active');
});

it('a result is taken over, unless no event could hold it', () => {
  assert.deepEqual(celeryAnswer(found({ result: { sum: 3 } })), {
    state: 'completed',
    result: { sum: 3 },
    finished_at_ms: 5,
  });
  const circle: unknown[] = [];
  circle.push(circle);
  for (const result of [circle, { text: 'a\u0000b' }, '\ud800'])
    assert.deepEqual(celeryAnswer(found({ result, finished_at_ms: null })), {
      state: 'completed',
      result: undefined,
    });
});

it('a failure has the error of its result, or else of its traceback', () => {
  const failed = (wish: Partial<CeleryResult>) =>
    celeryAnswer(found({ status: 'FAILURE', finished_at_ms: null, ...wish }));
  const state = 'failed';
  const result = { exc_type: 'ValueError', exc_message: ['no such thing'], exc_module: 'builtins' };
  assert.deepEqual(failed({ result }), { state, error: 'no such thing', error_type: 'ValueError' });
  assert.deepEqual(failed({ result: { exc_type: 'E', exc_message: [1, 'a'] } }), {
    state,
    error: '[1,"a"]',
    error_type: 'E',
  });
  const traceback = 'Traceback (most recent call last):\n  …\nshop.errors.OutOfStock: none left\n';
  assert.deepEqual(failed({ traceback }), { state, error: 'none left', error_type: 'OutOfStock' });
  assert.deepEqual(failed({ traceback: 'Traceback:\nKeyboardInterrupt' }), {
    state,
    error_type: 'KeyboardInterrupt',
  });
  assert.deepEqual(failed({ result: 'odd', traceback: 'odd: \n' }), { state });
  assert.deepEqual(failed({}), { state });
});

it('a revoked task is cancelled', () => {
  assert.deepEqual(celeryAnswer(found({ status: 'REVOKED' })), { state: 'cancelled', finished_at_ms: 5 });
});

it('the time at which a task was done is UTC, whether Celery says so or not', () => {
  const ms = Date.UTC(2026, 0, 2, 3, 4, 5);
  assert.equal(finishedAtMs('2026-01-02T03:04:05.250000'), ms + 250);
  assert.equal(finishedAtMs('2026-01-02T03:04:05+00:00'), ms);
  assert.equal(finishedAtMs('yesterday'), null);
  assert.equal(finishedAtMs(null), null);
});
