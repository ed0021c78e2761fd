import { createRequire } from 'node:module';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { readTraceparent, type TaskwireError, traceContextOf } from '@taskwire/protocol';
import type { EventInput } from '../event/event-input.ts';

type OpenTelemetry = typeof import('@opentelemetry/api');

/** One publish() in the trace of whoever called it. */
export interface TracedPublish {
  /** What the event carries: whatever the listener does with it comes below this span. */
  readonly traceparent: string;
  /** @param refusal why the event was not accepted */
  end(refusal?: Refusal): void;
}

type Refusal = Pick<TaskwireError, 'code' | 'message'>;

/** @returns null where nobody traces: taskwire joins traces and begins none */
export type BeginPublish = (event: EventInput) => TracedPublish | null;

/** Callers may pass anything. */
const UNTRACED: BeginPublish = (event) => {
  const given = readTraceparent(event?.traceparent);
  return given === null ? null : { traceparent: given, end() {} };
};

/**
 * Puts publish() into the active trace, where the worker has `@opentelemetry/api` and has registered an SDK with it.
 * The API is the worker's own copy, and there is nothing to set. Without it, a traceparent that is given passes
 * through.
 */
export function createPublishTracing(): BeginPublish {
  const openTelemetry = loadOpenTelemetry();
  if (openTelemetry === null) return UNTRACED;
  const { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = openTelemetry;
  const tracer = trace.getTracer('@taskwire/notifier');

  /** The active span, or the one given: that is the word of the caller, unless both are parts of one trace. */
  const parentOf = (event: EventInput): Context | null => {
    const given = readTraceparent(event.traceparent);
    const active = context.active();
    const span = trace.getSpanContext(active);
    const isTraced = span !== undefined && openTelemetry.isSpanContextValid(span);
    if (given === null) return isTraced ? active : null;
    if (isTraced && span.traceId === traceContextOf(given).traceId) return active;
    return trace.setSpanContext(ROOT_CONTEXT, remoteSpan(given));
  };
  const endSpan = (span: Span, refusal: Refusal | undefined): void => {
    if (refusal !== undefined) {
      span.setAttribute('error.type', refusal.code);
      span.setStatus({ code: SpanStatusCode.ERROR, message: refusal.message });
    }
    span.end();
  };
  return (event) =>
    orNothing(() => {
      const parent = parentOf(event);
      if (parent === null) return null;
      const span = tracer.startSpan(`publish ${event.status}`, { kind: SpanKind.PRODUCER }, parent);
      if (span.isRecording()) span.setAttributes(attributesOf(event));
      return {
        traceparent: traceparentOf(span.spanContext()),
        end: (refusal) => void orNothing(() => endSpan(span, refusal)),
      };
    });
}

/** A sampler or a processor that throws costs the trace and not the event. */
function orNothing<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** Not an import: a worker without it is as good as any. */
function loadOpenTelemetry(): OpenTelemetry | null {
  try {
    return createRequire(import.meta.url)('@opentelemetry/api') as OpenTelemetry;
  } catch {
    return null;
  }
}

const remoteSpan = (traceparent: string): SpanContext => {
  const { traceId, spanId, sampled } = traceContextOf(traceparent);
  return { traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: true };
};

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

const attributesOf = (event: EventInput) => ({
  'messaging.operation.name': 'publish',
  'messaging.operation.type': 'send',
  'taskwire.task_request_id': event.task_request_id,
  'taskwire.status': event.status,
  ...(event.task_name === undefined ? {} : { 'taskwire.task_name': event.task_name }),
  ...(event.attempt === undefined ? {} : { 'taskwire.attempt': event.attempt }),
});
