/** Larger memory is not kept: a batch fits, unless an event alone is larger. */
const KEPT_BYTES_MAX = 4 * 1_048_576;
const FIRST_BYTES = 65_536;
/** Texts up to here are put together before they are written: what a call out of JavaScript costs is more. */
const SHORT_LENGTH_MAX = 64;
/** Of a UTF-16 code unit in UTF-8. */
const UNIT_BYTES_MAX = 3;

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
      const put = (text: string): void => {
        const end = at + text.length * UNIT_BYTES_MAX;
        if (end > memory.length) {
          const larger = Buffer.allocUnsafeSlow(Math.max(end, 2 * memory.length));
          memory.copy(larger, 0, 0, at);
          memory = larger;
        }
        at += memory.write(text, at);
      };
      let short = `*${args.length + 1}\r\n$${Buffer.byteLength(name)}\r\n${name}\r\n`;
      for (const arg of args) {
        const text = String(arg);
        short += `$${Buffer.byteLength(text)}\r\n`;
        if (text.length <= SHORT_LENGTH_MAX) {
          short += `${text}\r\n`;
          continue;
        }
        put(short);
        put(text);
        short = '\r\n';
      }
      put(short);
      return memory.subarray(0, at);
    },
  };
}
