/**
 * Memory for bytes that are kept until their events are committed, used again and again: what comes over a connection
 * meanwhile would otherwise live long enough to be collected with the whole heap only, and make that necessary ever so
 * often.
 */
export interface BlockPool {
  /** @returns a block of at least so many bytes, with anything in it; a larger one than usual where that is asked for */
  take(bytes: number): Buffer;
  /** Nobody looks into this block any more. One that is never given back is collected like everything else. */
  giveBack(block: Buffer): void;
}

/** @param keptMax so many blocks wait to be taken, at most */
export function createBlockPool(blockBytes: number, keptMax: number): BlockPool {
  const kept: Buffer[] = [];
  return {
    take: (bytes) =>
      (bytes <= blockBytes ? kept.pop() : undefined) ?? Buffer.allocUnsafeSlow(Math.max(bytes, blockBytes)),
    giveBack: (block) => {
      if (block.length === blockBytes && kept.length < keptMax) kept.push(block);
    },
  };
}
