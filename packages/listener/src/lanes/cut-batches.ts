import type { Delivery } from '../intake/delivery.ts';

/** Cuts what was read into batches within the limit of bytes, in order; one larger than the limit goes alone. */
export function cutBatches(
  deliveries: readonly Delivery[],
  bytesMax: number,
): readonly (readonly Delivery[])[] {
  const batches: Delivery[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const delivery of deliveries) {
    bytes += delivery.payload.byteLength;
    const current = batches.at(-1);
    if (current !== undefined && bytes <= bytesMax) current.push(delivery);
    else {
      batches.push([delivery]);
      bytes = delivery.payload.byteLength;
    }
  }
  return batches;
}

export const bytesOf = (deliveries: readonly Delivery[]): number =>
  deliveries.reduce((sum, { payload }) => sum + payload.byteLength, 0);
