import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { isSampled, traceContextOf } from '@taskwire/protocol';
import type { EventInput } from '../event/event-input.ts';
import { createPublishTracing } from './publish-tracing.ts';

const running = { task_request_id: 't', status: 'RUNNING', task_name: 'tasks.test', attempt: 2 } as const;
const given = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

/** What a worker with OpenTelemetry does at its start. */
function registerSdk(sampler: Sampler = new AlwaysOnSampler()) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return { tracer: provider.getTracer('worker'), spans: () => exporter.getFinishedSpans() };
}

// A hook outside of this would be one of every test of the process.
describe('publish() in a trace', () => {
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  it('without a trace nothing is begun, and without an SDK a given traceparent passes through', () => {
    const begin = createPublishTracing();
    assert.equal(begin(running), null);
    assert.equal(begin({ ...running, traceparent: given })?.traceparent, given);
    registerSdk();
    assert.equal(createPublishTracing()(running), null);
  });

  it('publish() is a span below the active one, and the event carries it', () => {
    const { tracer, spans } = registerSdk();
    const begin = createPublishTracing();
    const carried = tracer.startActiveSpan('job', (job) => {
      const traced = begin(running);
      traced?.end();
      job.end();
      return traced?.traceparent ?? '';
    });
    const [publish, job] = spans();
    assert.equal(publish?.name, 'publish RUNNING');
    assert.equal(publish?.kind, SpanKind.PRODUCER);
    assert.equal(publish?.parentSpanContext?.spanId, job?.spanContext().spanId);
    assert.equal(publish?.attributes['taskwire.task_request_id'], 't');
    assert.deepEqual(traceContextOf(carried), {
      traceId: job?.spanContext().traceId,
      spanId: publish?.spanContext().spanId,
      sampled: true,
    });
  });

  it('a given traceparent wins over an active span of another trace, not over one of the same', () => {
    const { tracer, spans } = registerSdk();
    const begin = createPublishTracing();
    tracer.startActiveSpan('job', (job) => {
      const { traceId } = job.spanContext();
      begin({ ...running, traceparent: given })?.end();
      begin({ ...running, traceparent: `00-${traceId}-${'c'.repeat(16)}-01` })?.end();
      job.end();
      const parents = spans().map(({ parentSpanContext }) => parentSpanContext?.spanId);
      assert.deepEqual(parents, ['b'.repeat(16), job.spanContext().spanId, undefined]);
    });
  });

  it('what is no traceparent is left out', () => {
    const begin = createPublishTracing();
    assert.equal(begin({ ...running, traceparent: 'nonsense' }), null);
    assert.equal(begin(null as unknown as EventInput), null);
  });

  it('the event of a trace that is not recorded says so', () => {
    const { tracer, spans } = registerSdk(new AlwaysOffSampler());
    const begin = createPublishTracing();
    const carried = tracer.startActiveSpan('job', () => begin(running)?.traceparent ?? '');
    assert.equal(isSampled(carried), false);
    assert.deepEqual(spans(), []);
  });

  it('a refused event makes a span with the error', () => {
    const { tracer, spans } = registerSdk();
    const begin = createPublishTracing();
    tracer.startActiveSpan('job', () => begin(running)?.end({ code: 'outbox_full', message: 'no room' }));
    assert.deepEqual(spans()[0]?.status, { code: SpanStatusCode.ERROR, message: 'no room' });
  });

  it('a sampler that throws costs the trace, and nothing is thrown', () => {
    const { tracer } = registerSdk();
    const job = tracer.startSpan('job');
    trace.disable();
    registerSdk({
      shouldSample: () => {
        throw new Error('broken');
      },
    });
    const traced = context.with(trace.setSpan(context.active(), job), () => createPublishTracing()(running));
    assert.equal(traced, null);
  });
});
