import assert from 'node:assert/strict';
import { test } from 'node:test';
import { highestSequence, lowWater, missingRanges, type PublisherAck, rangesOf } from '@taskwire/protocol';
import fc from 'fast-check';
import {
  applyAck,
  type DeliveryState,
  newDelivery,
  queueUpTo,
  recordSending,
  resumedDelivery,
  TAKEN_BACK_SETTLE_MS,
} from './delivery-state.ts';
import { unacknowledged } from './publisher-ack.ts';
import { nextDue, resendForgotten, resendOverdue } from './resend-rules.ts';

const ackOf = (received: Iterable<number>): PublisherAck => {
  const ranges = rangesOf([...received]);
  return { low_water: lowWater(ranges), missing: missingRanges(ranges), highest: highestSequence(ranges) };
};
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);
const send = (state: DeliveryState, from: number, to: number, number: number, nowMs: number): DeliveryState =>
  recordSending(state, { from, to, number, outcome: 'streamed', late: false, dueMs: 0 }, nowMs);
const applied = (state: DeliveryState, ack: PublisherAck, last: number, nowMs: number): DeliveryState => {
  const verdict = applyAck(state, ack, { lastSequence: last, deletedTo: 0 }, nowMs);
  assert.ok(verdict.kind === 'applied');
  return verdict.state;
};
const queued = (state: DeliveryState): number[] =>
  state.segments
    .filter(({ phase }) => phase === 'queued')
    .flatMap(({ from, to }) => upTo(to).filter((sequence) => sequence >= from));

/** Every sequence up to the frontier is acknowledged or in exactly one segment. */
function assertAccounted(state: DeliveryState): void {
  const waiting = state.segments.flatMap(({ from, to }) => upTo(to).filter((sequence) => sequence >= from));
  const expected = unacknowledged(state.ack, state.frontier).flatMap(([from, to]) =>
    upTo(to).filter((sequence) => sequence >= from),
  );
  assert.deepEqual(waiting, expected);
}

const LAST = 40;
const step = fc.oneof(
  fc.record({
    kind: fc.constant('send' as const),
    count: fc.integer({ min: 1, max: 8 }),
    refused: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('late' as const), count: fc.integer({ min: 1, max: 8 }) }),
  fc.record({
    kind: fc.constant('ack' as const),
    received: fc.uniqueArray(fc.integer({ min: 1, max: LAST })),
  }),
  fc.record({ kind: fc.constant('queue' as const) }),
  fc.record({ kind: fc.constant('forget' as const), kept: fc.nat({ max: 20 }) }),
  fc.record({ kind: fc.constant('time' as const), ms: fc.nat({ max: 60_000 }), empty: fc.boolean() }),
);

test('whatever happens, every event is acknowledged or accounted for exactly once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let state = newDelivery(0);
      let now = 0;
      let number = 0;
      for (const next of steps) {
        now += 50;
        if (next.kind === 'send') {
          const from = state.frontier + 1;
          const to = Math.min(LAST, from + next.count - 1);
          if (from > to) continue;
          const outcome = next.refused ? 'published' : 'streamed';
          state = recordSending(state, { from, to, number: ++number, outcome, late: false, dueMs: 0 }, now);
        } else if (next.kind === 'late') {
          const due = nextDue(state.segments, { queued: true, published: true }, now);
          if (due === undefined) continue;
          const to = Math.min(due.to, due.from + next.count - 1);
          const sending = {
            from: due.from,
            to,
            number: ++number,
            outcome: 'streamed',
            late: true,
            dueMs: 0,
          } as const;
          state = recordSending(state, sending, now);
        } else if (next.kind === 'ack') {
          state = applied(state, ackOf(next.received), LAST, now);
        } else if (next.kind === 'queue') {
          state = queueUpTo(state, LAST, now);
        } else if (next.kind === 'forget') {
          state = resendForgotten(state, next.kept, now, 0.5);
        } else {
          now += next.ms;
          state = resendOverdue(state, { streamIsEmpty: next.empty }, now, 0.5);
        }
        assertAccounted(state);
      }
    }),
    { numRuns: 500 },
  );
});

test('an event whose acknowledgement overtook the answer to its sending is not waited for', () => {
  const state = send(applied(newDelivery(0), ackOf([1, 2, 3]), 5, 0), 1, 5, 1, 10);
  assert.deepEqual(
    state.segments.map(({ from, to }) => [from, to]),
    [[4, 5]],
  );
});

test('what Redis forgot is queued again at once, and what it kept is not', () => {
  const sent = send(send(newDelivery(0), 1, 10, 1, 0), 11, 20, 2, 1_000);
  assert.deepEqual(queued(resendForgotten(sent, 1, 2_000, 0)), upTo(20).slice(10));
  assert.deepEqual(queued(resendForgotten(sent, 0, 2_000, 0)), upTo(20));
  assert.deepEqual(queued(resendForgotten(sent, 2, 2_000, 0)), []);
});

test('however often Redis refuses and forgets an event, the next loss of it is noticed as soon as the first', () => {
  let state = send(newDelivery(0), 1, 10, 1, 0);
  let number = 1;
  for (let time = 0; time < 20; time++) {
    state = resendForgotten(state, number - 1, 0, 0);
    for (const outcome of ['published', 'streamed'] as const) {
      state = recordSending(state, { from: 1, to: 10, number: ++number, outcome, late: true, dueMs: 0 }, 0);
    }
  }
  state = send(state, 11, 20, ++number, 0);
  const passed = applied(state, ackOf(upTo(20).slice(10)), 20, 100);
  assert.deepEqual(queued(resendOverdue(passed, { streamIsEmpty: true }, 7_000, 1)), upTo(10));
});

test('an event that a later one overtook is queued again after a while, and not before', () => {
  const sent = send(send(newDelivery(0), 1, 10, 1, 0), 11, 20, 2, 1_000);
  const passed = applied(sent, ackOf(upTo(20).slice(10)), 20, 1_100);
  assert.deepEqual(queued(resendOverdue(passed, { streamIsEmpty: false }, 1_200, 1)), []);
  assert.deepEqual(queued(resendOverdue(passed, { streamIsEmpty: false }, 5_000, 1)), upTo(10));
});

test('the acknowledgement of a copy proves nothing while others come, and is believed when none does', () => {
  let state = send(send(newDelivery(0), 1, 10, 1, 0), 11, 30, 2, 1_000);
  state = resendOverdue(state, { streamIsEmpty: false }, 40_000, 1);
  assert.deepEqual(queued(state), [1]);
  state = send(state, 1, 1, 3, 40_000);
  for (let last = 1; last <= 20; last++) {
    const now = 40_000 + last * 1_000;
    state = resendOverdue(applied(state, ackOf(upTo(last)), 30, now), { streamIsEmpty: false }, now, 1);
    assert.deepEqual(queued(state), [], `after ${last} acknowledgements`);
  }
  assert.deepEqual(queued(resendOverdue(state, { streamIsEmpty: false }, 62_900, 1)), []);
  assert.deepEqual(queued(resendOverdue(state, { streamIsEmpty: false }, 63_100, 1)), upTo(30).slice(20));
});

test('an acknowledgement of the first of several joined sendings does not prove the last of them', () => {
  const backlog = queueUpTo(newDelivery(0), 10, 0);
  const first = send(backlog, 11, 20, 1, 0);
  const late = { from: 1, to: 10, number: 2, outcome: 'streamed', late: true, dueMs: 0 } as const;
  const state = send(recordSending(first, late, 10), 21, 30, 3, 20);
  const acknowledged = applied(state, ackOf(upTo(20).slice(10)), 30, 100);
  assert.deepEqual(queued(resendOverdue(acknowledged, { streamIsEmpty: false }, 3_000, 1)), []);
  const passed = applied(state, ackOf(upTo(30).slice(10)), 30, 100);
  assert.deepEqual(queued(resendOverdue(passed, { streamIsEmpty: false }, 3_200, 1)), upTo(10));
});

test('slow is not lost: while the stream holds entries and nothing was overtaken, one probe is all', () => {
  const sent = send(newDelivery(0), 1, 500, 1, 0);
  assert.deepEqual(queued(resendOverdue(sent, { streamIsEmpty: false }, 14_000, 1)), []);
  let state = sent;
  for (let now = 0; now <= 3_600_000; now += 1_000) {
    state = resendOverdue(state, { streamIsEmpty: false }, now, 1);
    const due = nextDue(state.segments, { queued: true, published: false }, now);
    if (due !== undefined) state = send(state, due.from, due.to, now, now);
  }
  const copies = state.segments.reduce((sum, { tries, from, to }) => sum + (tries - 1) * (to - from + 1), 0);
  assert.ok(copies >= 4 && copies <= 12, `${copies} copies in an hour`);
});

test('copies of what stays lost come at growing distances', () => {
  let state = send(newDelivery(0), 1, 1, 1, 0);
  const sentAt: number[] = [];
  for (let now = 0; now <= 600_000; now += 100) {
    state = resendOverdue(state, { streamIsEmpty: true }, now, 1);
    if (nextDue(state.segments, { queued: true, published: false }, now) === undefined) continue;
    sentAt.push(now);
    state = send(state, 1, 1, sentAt.length + 1, now);
  }
  const distances = sentAt.slice(1).map((at, index) => at - sentAt[index]!);
  assert.ok(distances.every((distance, index) => index === 0 || distance >= distances[index - 1]!));
  assert.ok(sentAt.length <= 10);
});

test('an acknowledgement that says less is believed only when it keeps saying so', () => {
  const held = applied(send(newDelivery(0), 1, 10, 1, 0), ackOf(upTo(10)), 10, 100);
  const doubted = applied(held, ackOf(upTo(4)), 10, 200);
  assert.deepEqual(queued(doubted), []);
  const recovered = applied(doubted, ackOf(upTo(10)), 10, 300);
  assert.equal(recovered.takenBackSinceMs, null);
  const believed = applied(doubted, ackOf(upTo(4)), 10, 200 + TAKEN_BACK_SETTLE_MS);
  assert.deepEqual(queued(believed), upTo(10).slice(4));
});

test('an acknowledgement beyond what was sent is not believed at all', () => {
  const state = send(newDelivery(0), 1, 10, 1, 0);
  assert.equal(applyAck(state, ackOf(upTo(11)), { lastSequence: 10, deletedTo: 0 }, 5).kind, 'beyond');
});

test('a database that is away for days does not make the book-keeping grow without end', () => {
  let state = newDelivery(0);
  for (let i = 1; i <= 20_000; i++) state = send(state, i, i, i, i * 1_000);
  assert.ok(state.segments.length <= 2_001, `${state.segments.length}`);
  assert.equal(state.segments[0]?.from, 1);
  assert.ok(
    state.segments.every(({ from }, index) => index === 0 || from === state.segments[index - 1]!.to + 1),
  );
  assert.equal(state.segments.at(-1)?.to, 20_000);
  assert.deepEqual(queued(resendForgotten(state, 19_990, 0, 0)).at(-1), 20_000);
});

test('what the database lost beyond the grace time is not waited for', () => {
  const held = applied(send(newDelivery(0), 1, 10, 1, 0), ackOf(upTo(10)), 10, 100);
  const verdict = applyAck(held, ackOf(upTo(4)), { lastSequence: 10, deletedTo: 10 }, 200);
  assert.ok(verdict.kind === 'applied');
  assert.deepEqual(unacknowledged(verdict.state.ack, 10), []);
  assertAccounted(verdict.state);
});

test('a log of an earlier life is queued but for what was acknowledged', () => {
  const state = resumedDelivery(10, 2, { low_water: 3, missing: [[4, 5]], highest: 6 }, 0);
  assert.deepEqual(queued(state), [4, 5, 7, 8, 9, 10]);
  assertAccounted(state);
});
