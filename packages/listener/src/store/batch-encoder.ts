import { readFileSync } from 'node:fs';
import { type DecodeOptions, TASK_STATUSES, unionOf } from '@taskwire/protocol';
import type { PublisherBatch } from './batch-parameters.ts';
import { EVENT_ID_BYTES, EventIdTexts } from './event-id-texts.ts';
import { type Language, sentencesOf } from './log-message.ts';
import { ParameterBlock } from './parameter-block.ts';
import type { CountedColumns } from './stats-row.ts';

/**
 * Nearly all batches hold nothing but events as our notifiers write them, all of them sound. For those a module of
 * WebAssembly (`assembly/batch-encoder.ts`) makes the parameters of `apply_batch.sql` out of the bytes, without an object
 * for anything: an eighth of the time, most of which was parsing and the garbage that it left behind. It knows the usual
 * form alone, and makes what `decodeEvent` and `prepareBatch` make of it; whatever is not usual, and every failure,
 * goes their way.
 */
export interface BatchEncoder {
  /** @returns null where any of the events is none of the usual ones, or there are too many of them */
  encode(events: EventPlaces, limits: DecodeOptions): EncodedBatch | null;
}

/** Where each event stands: in bytes that it may share with others, from one place to before another. */
export interface EventPlaces {
  readonly length: number;
  bytesAt(index: number): Buffer;
  fromAt(index: number): number;
  toAt(index: number): number;
}

/** A batch of events that came by the stream, as `apply_batch.sql` wants it. */
export interface EncodedBatch {
  readonly events: number;
  /** The parameters of events and tasks. */
  readonly parameters: ParameterBlock;
  readonly publishers: readonly PublisherBatch[];
  readonly eventIds: EventIdTexts;
  readonly counted: CountedColumns;
  /** Nobody looks at it any more, nor does the driver: its memory is used for others then. Where that is never said, it is not. */
  done(): void;
}

/** Twice what the largest batch of usual events has. The memory of the module stays as large as it once was. */
const INPUT_BYTES_MAX = 1_048_576;
/** What is made of an event, but for its texts, which may be there three times. */
const EVENT_ROOM = 1_100;
const PAGE_BYTES = 65_536;
const PARAMETER_COUNT = 34;

/** What the module knows by its place among these: names, and what it writes. */
const MEMBERS = [
  ...['schema_version', 'event_id', 'task_request_id', 'status', 'timestamp', 'worker_container', 'attempt'],
  ...['task_name', 'progress', 'traceparent', 'publisher_id', 'sequence', 'data', 'source'],
];
const DATA_MEMBERS = ['result', 'error', 'error_type', 'execution_time'];
const LANE = 'stream';
/** As `runsJson` writes them: what is before an attempt, its start, its key and its progress. */
const RUN_PARTS = ['"', ',"', '":{"s":', ',"k":"', '","p":', 'null'];

const BLOCK_BYTES = 65_536;
/** One batch of large events must not keep its memory for ever. */
const BLOCK_BYTES_KEPT_MAX = 1_048_576;
/** One more than are written at the same time: what is let go is memory until the whole heap is collected. */
const BLOCKS_KEPT_MAX = 3;

/** The types of Node have no WebAssembly, and those of browsers are not for us. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (code: Buffer) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  };
};

/** A number that does not change. */
interface Constant {
  readonly value: number;
}

interface Exports
  extends Readonly<
    Record<
      | 'EVENT_BYTES'
      | 'EVENTS'
      | 'EVENTS_MAX'
      | 'INPUT'
      | 'PLACES'
      | 'PUBLISHER_BYTES'
      | 'PUBLISHER_REF'
      | 'PUBLISHERS'
      | 'SEQUENCE'
      | 'WORDS'
      | 'WORKER_CONTAINER',
      Constant
    >
  > {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  begin(): void;
  prepare(count: number, nowMs: number, earliestMs: number, texts: number, output: number): number;
  publisherTotal(): number;
  parametersEnd(): number;
  countsPlace(): number;
  outputEnd(): number;
}

export function createBatchEncoder(language: Language): BatchEncoder {
  const code = new WebAssembly.Module(readFileSync(new URL('./batch-encoder.wasm', import.meta.url)));
  const text = (from: number, to: number): string => bytes.toString('latin1', from, to);
  const instance = new WebAssembly.Instance(code, {
    json: {
      numberIn: (from: number, to: number) => Number(text(from, to)),
      isWrittenSo: (from: number, to: number) => isWrittenSo(text(from, to)),
    },
  });
  const module = instance.exports as Exports;
  const [EVENTS, EVENT_BYTES, EVENTS_MAX] = [
    module.EVENTS.value,
    module.EVENT_BYTES.value,
    module.EVENTS_MAX.value,
  ];
  const [PUBLISHERS, PUBLISHER_BYTES] = [module.PUBLISHERS.value, module.PUBLISHER_BYTES.value];
  const [PUBLISHER_REF, SEQUENCE] = [module.PUBLISHER_REF.value, module.SEQUENCE.value];
  const [PLACES, INPUT] = [module.PLACES.value, module.INPUT.value];
  const WORKER_CONTAINER = module.WORKER_CONTAINER.value;
  let bytes = Buffer.from(module.memory.buffer);
  let words = new Uint32Array(module.memory.buffer);
  let doubles = new Float64Array(module.memory.buffer);
  const kept: Buffer[] = [];
  const word = (at: number): number => words[at >>> 2] as number;
  const textAt = (at: number): string => text(word(at), word(at) + word(at + 4));

  let at = module.WORDS.value;
  for (const each of wordsOf(language)) {
    const length = bytes.write(each, at + 4);
    words[at >>> 2] = length;
    at += 4 + length;
    // The next length stands where a word of 32 bits can.
    at = (at + 3) & ~3;
  }
  module.begin();

  /** Makes the memory so large, where it is not. */
  function makeRoom(end: number): void {
    if (end <= bytes.length) return;
    module.memory.grow(Math.ceil((end - bytes.length) / PAGE_BYTES));
    const { buffer } = module.memory;
    [bytes, words, doubles] = [Buffer.from(buffer), new Uint32Array(buffer), new Float64Array(buffer)];
  }

  /** @returns where the last one ends; null where they are too large */
  function place(events: EventPlaces, bytesMax: number): number | null {
    let to = INPUT;
    for (let first = 0; first < events.length; ) {
      // Those that stand in one block are copied at once.
      const block = events.bytesAt(first);
      const from = events.fromAt(first);
      let next = first;
      let end = from;
      for (; next < events.length; next++) {
        const eventFrom = events.fromAt(next);
        if (events.bytesAt(next) !== block || eventFrom < end) break;
        const eventTo = events.toAt(next);
        if (eventTo - eventFrom > bytesMax) return null;
        words[(PLACES + 8 * next) >>> 2] = to + eventFrom - from;
        words[(PLACES + 8 * next + 4) >>> 2] = eventTo - eventFrom;
        end = eventTo;
      }
      if (to + end - from > INPUT + INPUT_BYTES_MAX) return null;
      makeRoom(to + end - from);
      block.copy(bytes, to, from, end);
      to += end - from;
      first = next;
    }
    return to;
  }

  /** @returns null where two events have the same sequence */
  function publishersOf(events: number): readonly PublisherBatch[] | null {
    const runs = Array.from({ length: module.publisherTotal() }, (): [from: number, to: number][] => []);
    for (let i = 0; i < events; i++) {
      const event = EVENTS + EVENT_BYTES * i;
      const ofOne = runs[word(event + PUBLISHER_REF)] as [from: number, to: number][];
      const sequence = doubles[(event + SEQUENCE) >>> 3] as number;
      const last = ofOne.at(-1);
      if (last !== undefined && last[1] + 1 === sequence) last[1] = sequence;
      else ofOne.push([sequence, sequence]);
    }
    let distinct = 0;
    const publishers = runs.map((ofOne, index) => {
      const record = PUBLISHERS + PUBLISHER_BYTES * index;
      const received = unionOf(ofOne);
      for (const [from, to] of received) distinct += to - from + 1;
      const firstEvent = EVENTS + EVENT_BYTES * word(record + 8);
      return {
        publisher_id: textAt(record),
        received,
        worker_container: textAt(firstEvent + WORKER_CONTAINER),
      };
    });
    if (distinct !== events) return null;
    return publishers.sort((a, b) => (a.publisher_id < b.publisher_id ? -1 : 1));
  }

  return {
    encode: (events, { nowMs, earliestMs, eventBytesMax }) => {
      const count = events.length;
      if (count > EVENTS_MAX) return null;
      const texts = place(events, eventBytesMax);
      if (texts === null) return null;
      const output = (2 * texts - INPUT + 7) & ~7;
      makeRoom(output + 3 * (texts - INPUT) + EVENT_ROOM * count);
      if (module.prepare(count, nowMs, earliestMs, texts, output) !== 0) return null;
      const publishers = publishersOf(count);
      if (publishers === null) return null;
      const end = module.outputEnd();
      const block = takeBlock(kept, end - output);
      bytes.copy(block, 0, output, end);
      let isDone = false;
      const countsAt = module.countsPlace() - output;
      const idsAt = countsAt + 16 * count;
      const statusesAt = idsAt + EVENT_ID_BYTES * count;
      return {
        events: count,
        parameters: new ParameterBlock(block.subarray(0, module.parametersEnd() - output), PARAMETER_COUNT),
        publishers,
        eventIds: new EventIdTexts(block.subarray(idsAt, statusesAt)),
        counted: {
          statuses: block.subarray(statusesAt, statusesAt + count),
          event_times_us: new Float64Array(block.buffer, countsAt, count),
          execution_times_s: new Float64Array(block.buffer, countsAt + 8 * count, count),
        },
        done: () => {
          if (isDone) return;
          isDone = true;
          if (block.length <= BLOCK_BYTES_KEPT_MAX && kept.length < BLOCKS_KEPT_MAX) kept.push(block);
        },
      };
    },
  };
}

/** Python writes `5e-05` where JavaScript has `0.00005`, or with an exponent `5e-5`. */
function isWrittenSo(text: string): boolean {
  const number = Number(text);
  const ours = text.replace(
    /[eE]([+-]?)0*(\d+)$/,
    (_, sign: string, digits: string) => `e${sign || '+'}${digits}`,
  );
  return String(number) === text || number.toExponential() === ours;
}

function wordsOf(language: Language): readonly string[] {
  const { sentences, progress, separator } = sentencesOf(language);
  return [
    ...MEMBERS,
    ...DATA_MEMBERS,
    ...TASK_STATUSES,
    ...TASK_STATUSES.map((status) => sentences[status]),
    progress,
    separator,
    LANE,
    ...RUN_PARTS,
  ];
}

/** One that is large enough, or a new one. */
function takeBlock(kept: Buffer[], bytes: number): Buffer {
  const index = kept.findIndex((block) => block.length >= bytes);
  const [block] = index === -1 ? [] : kept.splice(index, 1);
  if (block !== undefined) return block;
  kept.pop();
  return Buffer.allocUnsafeSlow(Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES);
}
