/** A UUID as text. */
export const EVENT_ID_BYTES = 36;

/** The event_ids of a batch, one after the other: they become texts of their own only where somebody wants those. */
export class EventIdTexts {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
  get length(): number {
    return this.bytes.length / EVENT_ID_BYTES;
  }
  toArray(): readonly string[] {
    return Array.from({ length: this.length }, (_, index) => {
      const from = EVENT_ID_BYTES * index;
      return this.bytes.toString('latin1', from, from + EVENT_ID_BYTES);
    });
  }
}
