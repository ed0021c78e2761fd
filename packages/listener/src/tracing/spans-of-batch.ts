import { isSampled, traceContextOf } from '@taskwire/protocol';
import type { EventOutcome } from '../store/batch.ts';
import type { BatchTimes, CommittedEvent } from './commit-tracing.ts';
import type { Span, SpanLink } from './span.ts';

/** Fresh random hexadecimal digits. */
export interface SpanIds {
  traceId(): string;
  spanId(): string;
}

/** As the SDKs of OpenTelemetry: a span that points to more is hard to read, and to send. */
const LINKS_MAX = 128;

/** What one traced event makes. */
export const SPANS_PER_EVENT = 2;

const ERRORS: Readonly<Record<EventOutcome, string | null>> = {
  inserted: null,
  duplicate: null,
  id_reused: 'its event_id is in the history already, with other content; this one is a dead letter',
  dead_lettered: 'the database refused it; it is a dead letter',
};

/** The events whose traces somebody records: as a rule none, so it costs a look at one field of each. */
export const tracedOf = (events: readonly CommittedEvent[]): readonly CommittedEvent[] =>
  events.filter(({ item }) => item.event.traceparent !== null && isSampled(item.event.traceparent));

/**
 * The spans of one committed batch: for each traced event `deliver` (below the publish() of its worker: from the lane to
 * the database) and in that `commit`; and one `commit batch`, a trace of its own, since the transaction belongs to all
 * of them. It links to the deliveries, and their commits link to it.
 * @param clockMs adds to a time of performance.now() to make ms since 1970
 */
export function spansOfBatch(
  traced: readonly CommittedEvent[],
  eventsInBatch: number,
  times: BatchTimes,
  clockMs: number,
  ids: SpanIds,
): readonly Span[] {
  const [takenMs, commitMs] = [times.takenAt + clockMs, times.commitAt + clockMs];
  const endMs = times.committedAt + clockMs;
  const batch: SpanLink = { traceId: ids.traceId(), spanId: ids.spanId() };
  const deliveries: SpanLink[] = [];
  const spans = traced.flatMap((committed): readonly Span[] => {
    const { event, lane } = committed.item;
    const { traceId, spanId } = traceContextOf(event.traceparent ?? '');
    const delivery = { traceId, spanId: ids.spanId() };
    deliveries.push(delivery);
    const error = ERRORS[committed.outcome];
    const failed = error === null ? {} : { error };
    return [
      {
        ...delivery,
        parentSpanId: spanId,
        name: `deliver ${event.status}`,
        kind: 'consumer',
        startMs: takenMs,
        endMs,
        attributes: {
          'messaging.operation.name': 'deliver',
          'messaging.operation.type': 'process',
          'messaging.message.id': event.event_id,
          'taskwire.task_request_id': event.task_request_id,
          'taskwire.status': event.status,
          'taskwire.attempt': event.attempt,
          'taskwire.lane': lane,
          'taskwire.outcome': committed.outcome,
          ...(event.task_name === null ? {} : { 'taskwire.task_name': event.task_name }),
        },
        links: [],
        ...failed,
      },
      {
        traceId,
        spanId: ids.spanId(),
        parentSpanId: delivery.spanId,
        name: 'commit',
        kind: 'internal',
        startMs: commitMs,
        endMs,
        attributes: { 'taskwire.outcome': committed.outcome },
        links: [batch],
        ...failed,
      },
    ];
  });
  const wholeBatch: Span = {
    ...batch,
    name: 'commit batch',
    kind: 'internal',
    startMs: commitMs,
    endMs,
    attributes: { 'messaging.batch.message_count': eventsInBatch, 'taskwire.traced_events': traced.length },
    links: deliveries.slice(0, LINKS_MAX),
  };
  return [...spans, wholeBatch];
}
