/** A UUID as text. */
export const EVENT_ID_BYTES = 36;
const WORD_BYTES = 4;
export const EVENT_ID_WORDS = EVENT_ID_BYTES / WORD_BYTES;

/** The event_ids of a batch, one after the other: they become texts of their own only where somebody wants those. */
export class EventIdTexts {
  readonly bytes: Buffer;

  /** @param bytes that begin where a word of 32 bits can */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
  /** The same in words of 32 bits. */
  get words(): Int32Array {
    const { buffer, byteOffset, length } = this.bytes;
    return new Int32Array(buffer, byteOffset, length / WORD_BYTES);
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
