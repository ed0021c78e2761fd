import { readTraceparent } from '@taskwire/protocol';
import type { QueueJob } from './bullmq-processor.ts';

/**
 * The trace that a job was added in: what BullMQ's telemetry left with it, or else the `traceparent` of its data. In a
 * worker with telemetry the job's span is active as well, and publish() finds it.
 */
export function traceparentOfJob({ data, opts }: QueueJob): string | null {
  const named = typeof data === 'object' && data !== null && 'traceparent' in data ? data.traceparent : null;
  return readTraceparent(traceparentIn(opts.telemetry?.metadata)) ?? readTraceparent(named);
}

/** BullMQ says nothing of the form; `bullmq-otel` writes what a propagator injects, as JSON. */
function traceparentIn(metadata: string | undefined): unknown {
  if (metadata === undefined) return null;
  try {
    return (JSON.parse(metadata) as { readonly traceparent?: unknown } | null)?.traceparent;
  } catch {
    return null;
  }
}
