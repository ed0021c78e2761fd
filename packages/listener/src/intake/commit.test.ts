import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger, TaskwireError } from '@taskwire/protocol';
import { buildEvent } from '../../test/build-event.ts';
import { createHealthBoard } from '../health.ts';
import { createMetrics } from '../metrics.ts';
import type { Batch, BatchOutcome } from '../store/batch.ts';
import { applyFailure } from './apply-failure.ts';
import { commitBatch } from './commit.ts';
import { DecodedEvent } from './decode-deliveries.ts';
import { Delivery } from './delivery.ts';
import { createSlots } from './slots.ts';

const delivery = Delivery.of('stream', '', Buffer.alloc(0));
const batch = {
  events: ['a', 'b', 'c', 'd', 'e'].map(
    (task_request_id) => new DecodedEvent(buildEvent({ status: 'RUNNING', task_request_id }), delivery),
  ),
  deadLetters: [],
};
const took = (taken: Batch): BatchOutcome => ({
  outcomes: taken.events.map(() => 'inserted'),
  changes: [],
  publishers: [],
  deadLettered: [],
  conflicts: 0,
});
const context = (apply: (taken: Batch) => BatchOutcome) => ({
  service: { apply: async (taken: Batch) => apply(taken) },
  wantsChanges: () => false,
  slots: createSlots(2),
  health: createHealthBoard(Date.now),
  metrics: createMetrics(),
  logger: silentLogger,
  random: () => 0,
});
const away = () => new TaskwireError('database_unavailable', 'it is away');

describe('what the store throws', () => {
  it('is held as a rule, and not where a lock or a fault of our own is the cause', () => {
    const wrap = (cause: unknown) => new TaskwireError('database_unavailable', 'x', { cause });
    assert.equal(applyFailure(wrap(Object.assign(new Error('x'), { code: '57P01' }))), 'hold');
    assert.equal(applyFailure(wrap(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))), 'hold');
    assert.equal(applyFailure(wrap(Object.assign(new TypeError('x'), { code: 'ERR_INVALID_URL' }))), 'hold');
    assert.equal(applyFailure(wrap(Object.assign(new Error('x'), { code: '55P03' }))), 'locked');
    assert.equal(applyFailure(wrap(new RangeError('Invalid array length'))), 'unforeseen');
    assert.equal(applyFailure(away()), 'hold');
  });
});

describe('committing a batch', () => {
  it('tries again until the database takes it', async () => {
    let failures = 3;
    const here = context((taken) => {
      if (failures-- > 0) throw away();
      return took(taken);
    });
    const committed = await commitBatch(batch, here, new AbortController().signal);
    assert.equal(committed.events.length, 5);
    assert.equal(here.metrics.read().totals.batches_held, 1);
    assert.equal(here.health.read().state, 'ok');
  });

  it('leaves all of it when the listener stops meanwhile', async () => {
    const stop = new AbortController();
    const here = context(() => {
      setImmediate(() => stop.abort());
      throw away();
    });
    const committed = await commitBatch(batch, here, stop.signal);
    assert.deepEqual([committed.events.length, committed.left.length], [0, 5]);
    assert.equal(here.health.read().state, 'down');
  });

  it('singles out an event that breaks our own code, and commits the others', async () => {
    const here = context((taken) => {
      if (taken.events.some(({ event }) => event.task_request_id === 'd')) throw new TypeError('unforeseen');
      return took(taken);
    });
    const committed = await commitBatch(batch, here, new AbortController().signal);
    assert.deepEqual(
      committed.events.map(({ item }) => item.event.task_request_id),
      ['a', 'b', 'c', 'e'],
    );
    assert.deepEqual(
      committed.letters.map(({ reason, task_request_id }) => [reason, task_request_id]),
      [['kills_the_listener', 'd']],
    );
    assert.deepEqual(committed.left, []);
  });

  it('commits at most so many batches at once', async () => {
    let now = 0;
    let most = 0;
    const slots = createSlots(2);
    const work = async () => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
    };
    await Promise.all(Array.from({ length: 10 }, () => slots.run(work)));
    assert.equal(most, 2);
  });
});
