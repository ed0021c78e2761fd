/** A copy of an event that came by the channel. */
export interface HeldCopy {
  readonly id: string;
  readonly payload: Buffer;
  /** performance.now() of its arrival. */
  readonly arrivedAt: number;
}

export interface HeldCopies {
  readonly size: number;
  /** performance.now() of the arrival of the oldest; infinite where there is none. */
  readonly oldestAt: number;
  /** @returns how many older copies had to make room */
  hold(id: string, payload: Buffer, now: number): number;
  /** These are in the database, whoever brought them there. */
  drop(ids: readonly string[]): void;
  /** Takes out, oldest first, those that arrived until then; at most so many, and so many bytes (but at least one). */
  takeUntil(arrivedUntil: number, copiesMax: number, bytesMax: number): readonly HeldCopy[];
  clear(): void;
}

/** What a copy weighs besides its payload. */
const OVERHEAD_BYTES = 200;

/**
 * Copies that wait for the durable lanes to bring the same event. Bounded in bytes: what makes room is in the outbox or
 * in the list of its producer anyway.
 */
export function createHeldCopies(bytesMax: number): HeldCopies {
  const copies = new Map<string, HeldCopy>();
  let bytes = 0;

  const remove = (copy: HeldCopy): void => {
    copies.delete(copy.id);
    bytes -= copy.payload.byteLength + OVERHEAD_BYTES;
  };
  return {
    get size() {
      return copies.size;
    },
    get oldestAt() {
      const [oldest] = copies.values();
      return oldest?.arrivedAt ?? Number.POSITIVE_INFINITY;
    },
    hold: (id, payload, now) => {
      if (copies.has(id)) return 0;
      // A copy of its own: what came over the socket is a small part of a large buffer, which would be kept alive.
      copies.set(id, { id, payload: Buffer.from(payload), arrivedAt: now });
      bytes += payload.byteLength + OVERHEAD_BYTES;
      let dropped = 0;
      for (const copy of copies.values()) {
        if (bytes <= bytesMax) break;
        remove(copy);
        dropped++;
      }
      return dropped;
    },
    drop: (ids) => {
      for (const id of ids) {
        const copy = copies.get(id);
        if (copy !== undefined) remove(copy);
      }
    },
    takeUntil: (arrivedUntil, copiesMax, takenBytesMax) => {
      const taken: HeldCopy[] = [];
      let takenBytes = 0;
      for (const copy of copies.values()) {
        takenBytes += copy.payload.byteLength;
        const full = taken.length >= copiesMax || (taken.length > 0 && takenBytes > takenBytesMax);
        if (full || copy.arrivedAt > arrivedUntil) break;
        remove(copy);
        taken.push(copy);
      }
      return taken;
    },
    clear: () => {
      copies.clear();
      bytes = 0;
    },
  };
}
