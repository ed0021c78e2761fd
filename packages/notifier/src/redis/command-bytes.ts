import { UNIT_BYTES_MAX } from '../utf8.ts';

/** Larger memory is not kept: a batch fits, unless an event alone is larger. */
const KEPT_BYTES_MAX = 4 * 1_048_576;
const FIRST_BYTES = 65_536;
/** Texts up to here are put together before they are written: what a call out of JavaScript costs is more. */
const SHORT_LENGTH_MAX = 64;
/** Of a number of bytes with its sign and the end of its line. */
const COUNT_LENGTH_MAX = 24;

/**
 * Writes commands for Redis as bytes (RESP, an array of bulk strings). The memory is used again for the next command,
 * so what was written before is valid only until then: a batch is some 250 KB, and to take that from the system each
 * time costs more than to fill it.
 */
export interface CommandBytes {
  /** @returns a view of the memory */
  write(name: string, args: readonly (string | number)[]): Buffer;
}

export function createCommandBytes(): CommandBytes {
  let memory = Buffer.alloc(0);

  return {
    write(name, args) {
      if (memory.length === 0 || memory.length > KEPT_BYTES_MAX) memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
      let at = 0;
      const makeRoom = (length: number): void => {
        const end = at + length * UNIT_BYTES_MAX;
        if (end <= memory.length) return;
        const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * memory.length));
        memory.copy(larger, 0, 0, at);
        memory = larger;
      };
      /** Behind its number of bytes, which is known when it is written: mostly there are as many as characters. */
      const putCounted = (before: string, text: string): void => {
        const begin = at;
        makeRoom(before.length + COUNT_LENGTH_MAX + text.length);
        let bytes = text.length;
        for (;;) {
          at = begin + memory.write(`${before}$${bytes}\r\n`, begin);
          const written = memory.write(text, at);
          at += written;
          if (written === bytes) return;
          bytes = written;
        }
      };
      let short = `*${args.length + 1}\r\n$${Buffer.byteLength(name)}\r\n${name}\r\n`;
      for (const arg of args) {
        const text = String(arg);
        if (text.length <= SHORT_LENGTH_MAX) {
          short += `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
          continue;
        }
        putCounted(short, text);
        short = '\r\n';
      }
      makeRoom(short.length);
      at += memory.write(short, at);
      return memory.subarray(0, at);
    },
  };
}
