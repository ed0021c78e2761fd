import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ATTEMPTS_KEPT, joinStates, mergeEvents, rowOf, stateOf } from '../src/merge.ts';
import { mergeKey } from '../src/merge-key.ts';
import { delivered, generateHistories, history, inBatches, triedOften } from './generate-history.ts';
import { rowByTheSentences } from './merge-oracle.ts';

const RUNS = 1_000;
const check = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, property), { numRuns: RUNS });

/** For histories that are long. */
const checkSome = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void =>
  fc.assert(fc.property(arbitrary, property), { numRuns: RUNS / 10 });

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

describe('a task that was tried more often than attempts are kept', () => {
  it('keeps the latest ones, in whatever order, with whatever copies, in whatever batches they come', () => {
    const batched = triedOften().chain(({ events }) =>
      fc.tuple(fc.constant(events), delivered(events).chain(inBatches)),
    );
    let pushedOut = 0;
    checkSome(batched, ([events, batches]) => {
      const state = mergeEvents(events);
      assert.deepEqual(batches.map(mergeEvents).reduce(joinStates), state);
      const ran = events
        .filter(({ status }) => status === 'RUNNING')
        .map(({ attempt }) => Math.max(1, attempt));
      const latest = [...new Set(ran)].sort((a, b) => a - b).slice(-ATTEMPTS_KEPT);
      assert.deepEqual(
        state.runs.map(({ attempt }) => attempt),
        latest,
      );
      if (latest.length < new Set(ran).size) pushedOut += 1;
    });
    assert.ok(pushedOut > 0);
  });

  it('has the row of the sentences of the design, but for the start of an attempt that was pushed out', () => {
    checkSome(triedOften(), ({ events }) => {
      const { runs } = mergeEvents(events);
      const row = rowOf(mergeEvents(events));
      const bySentences = rowByTheSentences(events);
      const known = runs.some(({ attempt }) => attempt === row.attempt);
      assert.deepEqual(row, known ? bySentences : { ...bySentences, started_at_us: null, progress: null });
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
