import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeKey } from '@taskwire/protocol';
import { buildEvent } from '../../test/build-event.ts';
import { silentTask } from '../../test/silent-task.ts';
import type { WorkerSign } from '../heartbeats/heartbeat-collector.ts';
import { correctingEvent } from './correcting-event.ts';
import { decide, suspect } from './decide.ts';

const LIMITS = { graceMs: 60_000, silenceMs: 86_400_000 };

const worker = (wish: Partial<WorkerSign> & { readonly runs?: readonly string[] } = {}): WorkerSign => ({
  worker_id: 'worker-1',
  worker_container: 'container-1',
  age_ms: 100,
  stopped: false,
  running: new Set(wish.runs ?? []),
  oldest_unacknowledged_ms: 0,
  ...wish,
});

describe('a running task is suspected', () => {
  it('when the worker that ran it has been silent for the grace time', () => {
    assert.equal(
      suspect(silentTask(), [worker({ age_ms: 60_001, runs: ['task-1'] })], LIMITS),
      'worker_lost',
    );
    assert.equal(suspect(silentTask(), [worker({ age_ms: 60_001 })], LIMITS), 'worker_lost');
  });

  it('not before: a worker that froze for less is not touched', () => {
    assert.equal(suspect(silentTask(), [worker({ age_ms: 59_000, runs: ['task-1'] })], LIMITS), null);
    assert.equal(suspect(silentTask(), [worker({ age_ms: 59_000, stopped: true })], LIMITS), null);
  });

  it('not while any worker says that it runs it, in whatever container', () => {
    const dead = worker({ age_ms: 90_000, runs: ['task-1'] });
    const alive = worker({ worker_id: 'worker-2', worker_container: 'container-2', runs: ['task-1'] });
    assert.equal(suspect(silentTask(), [dead, alive], LIMITS), null);
  });

  it('when another process of its container lives and does not run it', () => {
    assert.equal(suspect(silentTask(), [worker()], LIMITS), 'worker_lost');
    assert.equal(suspect(silentTask({ silent_ms: 30_000 }), [worker()], LIMITS), null);
  });

  it('not while that process has old events on its hands: the end of the task may be among them', () => {
    assert.equal(suspect(silentTask(), [worker({ oldest_unacknowledged_ms: 30_000 })], LIMITS), null);
  });

  it('when its worker stopped in order without ending it, after the grace time', () => {
    const stopped = (age_ms: number) => worker({ stopped: true, age_ms, runs: ['task-1'] });
    assert.equal(suspect(silentTask(), [stopped(10_000)], LIMITS), null);
    assert.equal(suspect(silentTask(), [stopped(61_000)], LIMITS), 'worker_lost');
  });

  it('only after the long silence where its workers send no heartbeats', () => {
    const elsewhere = worker({ worker_container: 'container-2' });
    assert.equal(suspect(silentTask({ silent_ms: 3_600_000 }), [elsewhere], LIMITS), null);
    assert.equal(suspect(silentTask({ silent_ms: 86_400_000 }), [elsewhere], LIMITS), 'silent');
  });
});

it('a task that waits for a worker is suspected after the long silence only', () => {
  for (const status of ['PENDING', 'RETRY'] as const) {
    assert.equal(suspect(silentTask({ status }), [worker({ age_ms: 900_000 })], LIMITS), null);
    assert.equal(suspect(silentTask({ status, silent_ms: 86_400_000 }), [], LIMITS), 'silent');
  }
});

describe('the answer of the queue decides', () => {
  it('a task that will run again is left alone', () => {
    assert.equal(decide(silentTask(), 'worker_lost', { state: 'waiting' }), null);
    assert.equal(decide(silentTask(), 'silent', { state: 'active' }), null);
  });

  it('a lost worker that the queue believes to be active, or a queue that knows nothing: WorkerLost', () => {
    for (const state of ['active', 'unknown'] as const) {
      const correction = decide(silentTask(), 'worker_lost', { state });
      assert.equal(correction?.status, 'FAILURE');
      assert.equal(correction?.data.error_type, 'WorkerLost');
    }
    assert.equal(decide(silentTask(), 'silent', { state: 'unknown' })?.data.error_type, 'WorkerLost');
  });

  it('what the queue knows of its end is taken over', () => {
    assert.deepEqual(
      decide(silentTask(), 'worker_lost', { state: 'completed', result: 7, finished_at_ms: 5 }),
      {
        status: 'SUCCESS',
        data: { result: 7 },
        finished_at_ms: 5,
      },
    );
    assert.equal(decide(silentTask(), 'silent', { state: 'failed', error: 'no' })?.data.error, 'no');
    assert.equal(decide(silentTask(), 'silent', { state: 'cancelled' })?.status, 'CANCELLED');
  });
});

describe('a correcting event', () => {
  const lost = { status: 'FAILURE', data: { error_type: 'WorkerLost' }, finished_at_ms: null } as const;
  const now = 1_800_000_000_000;

  it('is the same event whoever makes it, whenever', () => {
    assert.deepEqual(
      correctingEvent(silentTask(), lost, now, 0),
      correctingEvent(silentTask(), lost, now + 5_000, 0),
    );
  });

  it('wins over what it corrects, and gives way to what the worker says later', () => {
    for (const counts_attempts of [true, false]) {
      const row = silentTask({ counts_attempts });
      const attempt = counts_attempts ? 1 : 0;
      const event_time_us = row.last_status_update_us;
      const running = mergeKey(buildEvent({ status: 'RUNNING', attempt, event_time_us }));
      const correction = mergeKey(correctingEvent(row, lost, now, 0));
      const failure = mergeKey(
        buildEvent({ status: 'FAILURE', attempt, event_time_us: event_time_us + 5_000_000 }),
      );
      const success = mergeKey(
        buildEvent({ status: 'SUCCESS', attempt, event_time_us: event_time_us + 1_000_000 }),
      );
      assert.ok(running < correction && correction < failure && failure < success);
    }
  });

  it('of a task older than the history that is kept has an id of today', () => {
    const event = correctingEvent(silentTask(), lost, now, 1_795_000_000_000);
    const idMs = Number.parseInt(event.event_id.slice(0, 8) + event.event_id.slice(9, 13), 16);
    assert.ok(now - idMs < 86_400_000 && idMs <= now);
  });
});
