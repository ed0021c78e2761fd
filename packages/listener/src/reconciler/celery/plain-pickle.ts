/**
 * Reads what Python's pickle module wrote of plain data: None, booleans, numbers, texts, bytes, lists, tuples and
 * dictionaries. Nothing else is understood, and nothing is ever called: a pickle that would make objects is refused.
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export type PlainPickle = { readonly value: unknown } | null;

/** Null where it is not plain data, or no pickle at all. Integers beyond 2^53 become text, as the notifiers write them. */
export function readPlainPickle(bytes: Buffer): PlainPickle {
  try {
    return { value: new Machine(bytes).run() };
  } catch (error) {
    if (error instanceof NotPlain || error instanceof RangeError) return null;
    throw error;
  }
}

class NotPlain extends Error {}

const MARK = Symbol('mark');
const STOP = '.'.charCodeAt(0);

class Machine {
  readonly #bytes: Buffer;
  #at = 0;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  run(): unknown {
    for (;;) {
      const opcode = this.#byte();
      if (opcode === STOP) return this.#pop();
      this.#step(opcode);
    }
  }

  #step(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        this.#byte();
        break;
      case 0x95: // FRAME
        this.#take(8);
        break;
      case 0x28: // MARK
        this.#stack.push(MARK);
        break;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        break;
      case 0x71: // BINPUT
        this.#memo.set(this.#byte(), this.#top());
        break;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#uint(4), this.#top());
        break;
      case 0x68: // BINGET
        this.#recall(this.#byte());
        break;
      case 0x6a: // LONG_BINGET
        this.#recall(this.#uint(4));
        break;
      case 0x74: // TUPLE
        this.#stack.push(this.#sinceMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        this.#tuple(opcode - 0x84);
        break;
      case 0x61: // APPEND
        this.#append([this.#pop()]);
        break;
      case 0x65: // APPENDS
        this.#append(this.#sinceMark());
        break;
      case 0x73: // SETITEM
        this.#setItems([this.#pop(), this.#pop()].reverse());
        break;
      case 0x75: // SETITEMS
        this.#setItems(this.#sinceMark());
        break;
      default:
        this.#stack.push(this.#value(opcode));
    }
  }

  #value(opcode: number): unknown {
    switch (opcode) {
      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x4b: // BININT1
        return this.#byte();
      case 0x4d: // BININT2
        return this.#uint(2);
      case 0x4a: // BININT
        return this.#take(4).readInt32LE();
      case 0x8a: // LONG1
        return longOf(this.#take(this.#byte()));
      case 0x47: // BINFLOAT
        return finite(this.#take(8).readDoubleBE());
      case 0x8c: // SHORT_BINUNICODE
        return textOf(this.#take(this.#byte()));
      case 0x58: // BINUNICODE
        return textOf(this.#take(this.#uint(4)));
      case 0x43: // SHORT_BINBYTES
        return bytesOf(this.#take(this.#byte()));
      case 0x42: // BINBYTES
        return bytesOf(this.#take(this.#uint(4)));
      case 0x7d: // EMPTY_DICT
        return {};
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return [];
      default:
        throw new NotPlain();
    }
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new NotPlain();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  #byte(): number {
    return this.#take(1).readUInt8();
  }

  #uint(length: number): number {
    return this.#take(length).readUIntLE(0, length);
  }

  #pop(): unknown {
    if (this.#stack.length === 0 || this.#top() === MARK) throw new NotPlain();
    return this.#stack.pop();
  }

  #top(): unknown {
    return this.#stack.at(-1);
  }

  #recall(index: number): void {
    if (!this.#memo.has(index)) throw new NotPlain();
    this.#stack.push(this.#memo.get(index));
  }

  #sinceMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw new NotPlain();
    const items = this.#stack.splice(mark);
    return items.slice(1);
  }

  #tuple(length: number): void {
    const items = Array.from({ length }, () => this.#pop());
    this.#stack.push(items.reverse());
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw new NotPlain();
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly unknown[]): void {
    const object = this.#top();
    if (typeof object !== 'object' || object === null || Array.isArray(object)) throw new NotPlain();
    for (let index = 0; index + 1 < items.length; index += 2) {
      const key = items[index];
      if (typeof key !== 'string' && typeof key !== 'number') throw new NotPlain();
      // Not by assignment: a key may be __proto__.
      Object.defineProperty(object, key, {
        value: items[index + 1],
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
  }
}

function longOf(bytes: Buffer): number | string {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  const signed = BigInt.asIntN(bytes.length * 8, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed.toString();
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8');
}

/** As the notifiers write them: text where they are, or else in base64. */
function bytesOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : bytes.toString('base64');
}
