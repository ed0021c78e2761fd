import { randomBytes } from 'node:crypto';
import { traceContextOf } from '@taskwire/protocol';
import type { Tracing } from './open-tracing.ts';
import { createSpanQueue, type SpanQueueOptions } from './span-queue.ts';
import { SPANS_PER_EVENT, type SpanIds, spansOfBatch, tracedOf } from './spans-of-batch.ts';

const ids: SpanIds = {
  traceId: () => randomBytes(16).toString('hex'),
  spanId: () => randomBytes(8).toString('hex'),
};

/** Spans of committed batches, sent over OTLP. At more traced events than can be sent, the rest is committed untraced. */
export function createOtlpTracing(options: SpanQueueOptions): Tracing {
  const queue = createSpanQueue(options);
  return {
    committed: (events, times) => {
      const traced = tracedOf(events);
      if (traced.length === 0) return;
      for (const { item, outcome } of traced) {
        const { event_id, task_request_id, status, traceparent } = item.event;
        const { traceId: trace_id } = traceContextOf(traceparent ?? '');
        options.logger.debug(
          { trace_id, task_request_id, status, event_id, outcome },
          'An event is committed',
        );
      }
      const fitting = traced.slice(0, Math.max(0, Math.floor((queue.room - 1) / SPANS_PER_EVENT)));
      const notMade = (traced.length - fitting.length) * SPANS_PER_EVENT;
      const clockMs = Date.now() - performance.now();
      const spans = fitting.length === 0 ? [] : spansOfBatch(fitting, events.length, times, clockMs, ids);
      queue.add(spans, notMade);
    },
    stop: queue.stop,
  };
}
