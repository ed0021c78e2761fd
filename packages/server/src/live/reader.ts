import { Readable } from 'node:stream';
import type { ChangeFilter } from './change-filter.ts';
import { HELLO } from './event-text.ts';
import type { LivePlace } from './live-cursor.ts';

/** What a reader is to go on from: `null` from now on; `unknown` what it said is not understood. */
export type LiveFrom = LivePlace | 'unknown' | null;

/** One who listens. */
export interface Reader {
  readonly filter: ChangeFilter;
  readonly from: LiveFrom;
  /** The answer's body. */
  readonly body: Readable;
  /** The cursor that it was told last, and when (performance.now()). */
  told: { readonly cursor: string; readonly at: number };
  /** Drops the reader instead where it is too far behind. */
  send(chunk: Buffer | string): void;
  /** The connection, for instance a browser's, connects again, here or elsewhere. */
  end(): void;
}

export interface ReaderOptions {
  readonly filter: ChangeFilter;
  readonly from: LiveFrom;
  /** How many bytes the connection has taken and not sent. */
  readonly unsentBytes: () => number;
  /** Breaks the connection. */
  readonly drop: () => void;
}

/**
 * Beyond what the kernel holds for a connection. What is written is shared among readers, so that this is nearer to
 * the bound for all of them than for each; a healthy one is behind only within one large batch.
 */
const UNSENT_BYTES_MAX = 1_048_576;

export function createReader(options: ReaderOptions): Reader {
  const body = new Readable({ read() {}, highWaterMark: UNSENT_BYTES_MAX });
  body.push(HELLO);
  let ended = false;
  body.once('close', () => {
    ended = true;
  });
  return {
    filter: options.filter,
    from: options.from,
    body,
    told: { cursor: '', at: 0 },
    send: (chunk) => {
      if (ended) return;
      if (body.readableLength + options.unsentBytes() > UNSENT_BYTES_MAX) return options.drop();
      body.push(chunk);
    },
    end: () => {
      if (ended) return;
      ended = true;
      body.push(null);
    },
  };
}
