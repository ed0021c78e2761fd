import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildEvent, inBatch } from '../../test/build-event.ts';
import type { EventOutcome } from '../store/batch.ts';
import type { CommittedEvent } from './commit-tracing.ts';
import { type SpanIds, spansOfBatch, tracedOf } from './spans-of-batch.ts';

const TRACE = 'a'.repeat(32);
const PUBLISH = 'b'.repeat(16);
const SAMPLED = `00-${TRACE}-${PUBLISH}-01`;
const times = { takenAt: 10, commitAt: 12, committedAt: 15 };

const committed = (traceparent: string | null, outcome: EventOutcome = 'inserted'): CommittedEvent => ({
  item: inBatch(buildEvent({ status: 'RUNNING', traceparent })),
  outcome,
});

function countingIds(): SpanIds {
  let count = 0;
  const next = (length: number) => String(++count).padStart(length, '0');
  return { traceId: () => next(32), spanId: () => next(16) };
}
const spansOf = (events: readonly CommittedEvent[]) =>
  spansOfBatch(events, events.length, times, 1_000, countingIds());

test('only events count whose traces somebody records', () => {
  const recorded = committed(SAMPLED);
  assert.deepEqual(tracedOf([committed(null), recorded, committed(`00-${TRACE}-${PUBLISH}-00`)]), [recorded]);
});

test('an event is delivered below its publish, and committed below that', () => {
  const [deliver, commit] = spansOf([committed(SAMPLED)]);
  assert.equal(deliver?.name, 'deliver RUNNING');
  assert.deepEqual([deliver.traceId, deliver.parentSpanId], [TRACE, PUBLISH]);
  assert.deepEqual([deliver.startMs, deliver.endMs], [1_010, 1_015]);
  assert.deepEqual([commit?.name, commit?.traceId, commit?.parentSpanId], ['commit', TRACE, deliver.spanId]);
  assert.deepEqual([commit?.startMs, commit?.endMs], [1_012, 1_015]);
});

test('the batch is a trace of its own, and points to its deliveries as their commits point to it', () => {
  const spans = spansOf([committed(SAMPLED), committed(SAMPLED)]);
  const batch = spans.at(-1);
  const deliveries = spans.filter(({ kind }) => kind === 'consumer');
  assert.equal(batch?.name, 'commit batch');
  assert.equal(batch.parentSpanId, undefined);
  assert.deepEqual(
    batch.links,
    deliveries.map(({ traceId, spanId }) => ({ traceId, spanId })),
  );
  for (const commit of spans.filter(({ name }) => name === 'commit')) {
    assert.deepEqual(commit.links, [{ traceId: batch.traceId, spanId: batch.spanId }]);
  }
});

test('an event that ended among the dead letters is an error, a copy is none', () => {
  const errorOf = (outcome: EventOutcome) => spansOf([committed(SAMPLED, outcome)])[0]?.error !== undefined;
  assert.deepEqual((['inserted', 'duplicate', 'id_reused', 'dead_lettered'] as const).map(errorOf), [
    false,
    false,
    true,
    true,
  ]);
});

test('the links of a large batch are bounded', () => {
  const spans = spansOf(Array.from({ length: 1_000 }, () => committed(SAMPLED)));
  assert.equal(spans.length, 2_001);
  assert.equal(spans.at(-1)?.links.length, 128);
});
