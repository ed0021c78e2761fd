/** Which ids were added, without keeping one of them. */
export interface IdTable {
  readonly size: number;
  add(id: string): void;
  /** The same with an id that fills so many of these words, from this one on. */
  addWords(words: Int32Array, from: number, count: number): void;
  /** True for every id that was added; for another one by chance, once in 10^14 in a table of 20,000. */
  has(id: string): boolean;
  /** The same for an id that stands in these bytes. */
  hasFrom(bytes: Buffer, from: number, to: number): boolean;
  clear(): void;
}

/** How many places there are for one id, at least: fewer would be found after more steps. */
const PLACES_PER_ID = 1.5;

/**
 * Ids as two words of 32 bits in a table of fixed size, in which the next free place is taken (linear probing): nothing is
 * kept alive and nothing becomes garbage, however fast ids come. What a set of texts holds outlives the nursery, and has
 * to be collected from the whole heap.
 *
 * @param idsMax so many may be added before it is cleared
 */
export function createIdTable(idsMax: number): IdTable {
  const places = 2 ** Math.ceil(Math.log2(idsMax * PLACES_PER_ID));
  const words = new Int32Array(2 * places);
  const last = words.length - 1;
  let size = 0;

  /** Where the two words of the digested one stand, or would; the second one of a free place is 0. */
  function place(): number {
    let at = 2 * (low & (places - 1));
    while (words[at + 1] !== 0 && (words[at] !== low || words[at + 1] !== high)) at = (at + 2) & last;
    return at;
  }

  function addDigested(): void {
    const at = place();
    if (words[at + 1] !== 0) return;
    words[at] = low;
    words[at + 1] = high;
    size++;
  }

  return {
    get size() {
      return size;
    },
    add: (id) => {
      // By one call out of JavaScript: character by character takes longer.
      digest(characterBytes.write(id));
      addDigested();
    },
    addWords: (ofIds, from, count) => {
      digestWords(ofIds, from, WORD_BYTES * count);
      addDigested();
    },
    has: (id) => {
      digest(characterBytes.write(id));
      return words[place() + 1] !== 0;
    },
    hasFrom: (bytes, from, to) => {
      digest(bytes.copy(characterBytes, 0, from, to));
      return words[place() + 1] !== 0;
    },
    clear: () => {
      words.fill(0);
      size = 0;
    },
  };
}

const WORD_BYTES = 4;
/** The characters of the id that is digested, and the same memory in words. */
const characters = new Int32Array(64);
const characterBytes = Buffer.from(characters.buffer);

/** The two words of the id that was last digested, not an object for each; the second one is never 0. */
let low = 0;
let high = 0;

/** @param length of the id, bytes; of those of more than 256 the first ones count */
function digest(length: number): void {
  for (let i = length; i % WORD_BYTES !== 0; i++) characterBytes[i] = 0;
  digestWords(characters, 0, length);
}

/**
 * Word by word of its characters, twice: an exclusive or, a rotation and a multiplication, each with its own numbers; then
 * the last step of MurmurHash3, which spreads the bits over the whole word.
 */
function digestWords(words: Int32Array, from: number, length: number): void {
  let a = 0x811c9dc5 ^ length;
  let b = 0x9747b28c;
  const to = from + length / WORD_BYTES;
  for (let i = from; i < to; i++) {
    const word = words[i] as number;
    a ^= word;
    a = Math.imul((a << 13) | (a >>> 19), 0x01000193);
    b ^= word;
    b = Math.imul((b << 17) | (b >>> 15), 0x5bd1e995);
  }
  low = spread(a);
  high = spread(b) || 1;
}

function spread(word: number): number {
  let spreading = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  spreading = Math.imul(spreading ^ (spreading >>> 13), 0xc2b2ae35);
  return spreading ^ (spreading >>> 16);
}
