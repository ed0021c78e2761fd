import type { Delivery } from '../intake/delivery.ts';
import type { StreamEvents } from '../intake/stream-events.ts';

/** How much a batch may hold. */
interface BatchLimits {
  readonly batchEventsMax: number;
  readonly batchBytesMax: number;
}

/** Cuts deliveries into batches within these limits, in order; one of more bytes than a batch may have goes alone. */
export function cutBatches(
  deliveries: readonly Delivery[],
  limits: BatchLimits,
): readonly (readonly Delivery[])[] {
  const bytesAt = (index: number) => (deliveries[index] as Delivery).payloadBytes;
  return cut(deliveries.length, bytesAt, limits).map(([from, to]) => deliveries.slice(from, to));
}

/** The same of what was read from the stream. */
export function cutEvents(events: StreamEvents, limits: BatchLimits): readonly StreamEvents[] {
  const bytesAt = (index: number) => events.toAt(index) - events.fromAt(index);
  return cut(events.length, bytesAt, limits).map(([from, to]) => events.slice(from, to));
}

function cut(
  length: number,
  bytesAt: (index: number) => number,
  { batchEventsMax, batchBytesMax }: BatchLimits,
): readonly (readonly [from: number, to: number])[] {
  const ranges: [from: number, to: number][] = [];
  let from = 0;
  let bytes = 0;
  for (let i = 0; i < length; i++) {
    const more = bytesAt(i);
    if (i > from && (i - from === batchEventsMax || bytes + more > batchBytesMax)) {
      ranges.push([from, i]);
      from = i;
      bytes = 0;
    }
    bytes += more;
  }
  if (length > from) ranges.push([from, length]);
  return ranges;
}
