import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { joinStates, mergeEvents, rowOf, stateOf } from '../src/merge.ts';
import { mergeKey } from '../src/merge-key.ts';
import { delivered, generateHistories, history, inBatches } from './generate-history.ts';
import { rowByTheSentences } from './merge-oracle.ts';

const RUNS = 1_000;
const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, property), { numRuns: RUNS });

/** Three parts of one history: states of the same task that share no event unless dealt twice. */
const threeStates = history({ eventsMax: 9 }).chain(({ events }) =>
  fc
    .tuple(...[1, 2, 3].map(() => fc.subarray([...events], { minLength: 1 })))
    .map((parts) => parts.map(mergeEvents)),
);

describe('joining states of one task', () => {
  it('is commutative', () => {
    check(threeStates, ([a, b]) => assert.deepEqual(joinStates(a!, b!), joinStates(b!, a!)));
  });

  it('is associative', () => {
    check(threeStates, ([a, b, c]) =>
      assert.deepEqual(joinStates(joinStates(a!, b!), c!), joinStates(a!, joinStates(b!, c!))),
    );
  });

  it('is idempotent', () => {
    check(threeStates, ([a, b]) => {
      const joined = joinStates(a!, b!);
      assert.deepEqual(joinStates(joined, joined), joined);
      assert.deepEqual(joinStates(joined, a!), joined);
    });
  });
});

describe('the row of a task', () => {
  it('is the same in any order, with any copies, in any batches', () => {
    const batched = history().chain(({ events }) =>
      fc.tuple(fc.constant(events), delivered(events).chain(inBatches)),
    );
    check(batched, ([events, batches]) => {
      assert.deepEqual(batches.map(mergeEvents).reduce(joinStates), mergeEvents(events));
    });
  });

  it('is what the sentences of the design say', () => {
    check(history(), ({ events }) => assert.deepEqual(rowOf(mergeEvents(events)), rowByTheSentences(events)));
  });

  it('stays SUCCESS once there was one, and CANCELLED unless there is a SUCCESS', () => {
    check(history(), ({ events }) => {
      const statuses = new Set(events.map((event) => event.status));
      const { status } = rowOf(mergeEvents(events));
      if (statuses.has('SUCCESS')) assert.equal(status, 'SUCCESS');
      else if (statuses.has('CANCELLED')) assert.equal(status, 'CANCELLED');
    });
  });

  it('shows no conflict for anything that a reconciler said', () => {
    check(history(), ({ events }) => {
      const [first, ...rest] = events.filter((event) => event.source === null);
      if (first === undefined) return;
      const { conflict } = rowOf(mergeEvents([first, ...rest]));
      assert.equal(rowOf(mergeEvents(events)).conflict, conflict);
    });
  });
});

describe('merge keys', () => {
  it('order events of one task totally: equal keys are one event, all keys are of one length', () => {
    check(history(), ({ events }) => {
      const ids = new Set(events.map((event) => event.event_id));
      const keys = new Set(events.map(mergeKey));
      assert.equal(keys.size, ids.size);
      assert.deepEqual([...new Set([...keys].map((key) => key.length))], [60]);
    });
  });

  it('are the only part of a winner that decides', () => {
    check(history(), ({ events }) => {
      const keys = events.map(mergeKey).sort();
      assert.equal(mergeEvents(events).winner.key, keys.at(-1));
      assert.equal(stateOf(events[0]!).winner.key, mergeKey(events[0]!));
    });
  });
});

describe('generated histories', () => {
  it('are the same for the same seed, and each of its own task', () => {
    const histories = generateHistories(7, 20);
    assert.deepEqual(generateHistories(7, 20), histories);
    assert.equal(new Set(histories.map((one) => one.task_request_id)).size, 20);
    const ids = histories.flatMap((one) => [...new Set(one.events.map((event) => event.event_id))]);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('are mixed: every status decides some row, conflicts and corrections occur', () => {
    const rows = generateHistories(1, 1_000).map((one) => rowOf(mergeEvents(one.events)));
    assert.equal(new Set(rows.map((row) => row.status)).size, 6);
    assert.ok(rows.some((row) => row.conflict) && rows.some((row) => row.attempt === 3));
    assert.ok(rows.some((row) => row.worker_source === 'web'));
  });
});
