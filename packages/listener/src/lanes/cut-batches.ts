import type { Delivery } from '../intake/delivery.ts';

/** Cuts what was read into batches within these limits, in order; one of more bytes than a batch may have goes alone. */
export function cutBatches(
  deliveries: readonly Delivery[],
  eventsMax: number,
  bytesMax: number,
): readonly (readonly Delivery[])[] {
  const batches: Delivery[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (let i = 0; i < deliveries.length; i++) {
    const delivery = deliveries[i] as Delivery;
    bytes += delivery.payloadBytes;
    const current = batches.at(-1);
    if (current !== undefined && bytes <= bytesMax && current.length < eventsMax) current.push(delivery);
    else {
      batches.push([delivery]);
      bytes = delivery.payloadBytes;
    }
  }
  return batches;
}

export const bytesOf = (deliveries: readonly Delivery[]): number =>
  deliveries.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
