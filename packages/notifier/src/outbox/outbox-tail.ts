import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import type { StoredEvent } from './event-log.ts';
import {
  fitsInto,
  readRecord,
  recordBytes,
  recordEnd,
  recordSequence,
  writeRecord,
} from './event-records.ts';
import { pathAside } from './set-aside.ts';

/** As large a row costs SQLite as much as ten small ones. */
const ROOM_BYTES_MAX = 32_768;
/** So that a tail that becomes a row cannot fill an outbox that was not nearly full before. */
const ROOM_SHARE_MAX = 1 / 64;
/** The zeros behind the last record; the next one goes over them. */
const END_BYTES = 4;

/** How much of an outbox its tail may take. */
export const tailRoom = (outboxBytesMax: number): number =>
  Math.floor(Math.min(ROOM_BYTES_MAX, outboxBytesMax * ROOM_SHARE_MAX));

/**
 * The newest events of an outbox, in a file beside the database: one `write` each, where a transaction of SQLite takes
 * three and puts the events before it down once more. When it is full, all of it becomes one row of the database, a
 * segment, and it begins anew over the old bytes. What was written is in the kernel's hands, as with the database, and
 * survives the process. Whoever holds the lock of the database, and nobody else, touches it.
 *
 * Its first record says whose it is: the publisher_id where an event has its event_id, the base_id for the sequence.
 */
export interface OutboxTail {
  readonly publisherId: string;
  readonly baseId: number;
  readonly isEmpty: boolean;
  /** Of those that it holds. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** What it holds, as records. Valid until the next call. */
  readonly records: Buffer;
}

export interface OpenTail extends OutboxTail {
  /** @returns whether it is stored: false where there is no room, or the file does not take it */
  append(event: StoredEvent): boolean;
  /** Its events are elsewhere now. */
  clear(): void;
  close(): void;
}

const fileOf = (outboxFile: string): string => `${outboxFile}-tail`;

/**
 * Begins an empty tail in the place of what was there.
 * @param roomBytes for its events
 * @throws what node:fs throws
 */
export function createTail(
  outboxFile: string,
  { publisherId, baseId }: Pick<OutboxTail, 'publisherId' | 'baseId'>,
  roomBytes: number,
): OpenTail {
  const head: StoredEvent = { sequence: baseId, event_id: publisherId, payload: '' };
  const headBytes = recordBytes(head);
  const buffer = Buffer.alloc(headBytes + roomBytes + END_BYTES);
  writeRecord(buffer, 0, head);
  let end = headBytes;
  let firstSequence = 0;
  let lastSequence = 0;
  // A new file, whoever still writes to the old one: a process whose outbox was replaced under it.
  removeTail(outboxFile);
  const descriptor = openSync(fileOf(outboxFile), 'w', statSync(outboxFile).mode & 0o777);
  const write = (from: number, to: number): void => {
    const written = writeSync(descriptor, buffer, from, to - from, from);
    if (written < to - from) throw new Error('the disk is full');
  };
  try {
    write(0, headBytes + END_BYTES);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return {
    publisherId,
    baseId,
    get isEmpty() {
      return end === headBytes;
    },
    get firstSequence() {
      return firstSequence;
    },
    get lastSequence() {
      return lastSequence;
    },
    get records() {
      return buffer.subarray(headBytes, end);
    },
    append(event) {
      if (!fitsInto(buffer.length - END_BYTES - end, event)) return false;
      const next = writeRecord(buffer, end, event);
      buffer.writeUInt32LE(0, next);
      try {
        write(end, next + END_BYTES);
      } catch {
        // What it did write has no sequence at its end, and the next event goes over it.
        return false;
      }
      if (end === headBytes) firstSequence = event.sequence;
      lastSequence = event.sequence;
      end = next;
      return true;
    },
    clear() {
      end = headBytes;
      buffer.writeUInt32LE(0, end);
      try {
        write(end, end + END_BYTES);
      } catch {
        // Whoever reads them finds that they are in the database.
      }
    },
    close: () => closeSync(descriptor),
  };
}

/** What a process left in a tail. */
export interface LeftTail extends OutboxTail {
  /** Behind its last event are bytes that are neither an event nor its end. */
  readonly isDamaged: boolean;
  /** Where those are. */
  readonly end: number;
}

/** @returns undefined where there is none. @throws what node:fs throws */
export function readTail(outboxFile: string): LeftTail | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(fileOf(outboxFile));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const headBytes = recordEnd(bytes, 0) ?? 0;
  const head = headBytes > 0 ? readRecord(bytes, 0, headBytes) : undefined;
  let end = headBytes;
  let firstSequence = 0;
  let lastSequence = 0;
  for (let next = head && recordEnd(bytes, end); next !== undefined; next = recordEnd(bytes, end)) {
    const sequence = recordSequence(bytes, end);
    if (end === headBytes) firstSequence = sequence;
    else if (sequence !== lastSequence + 1) break;
    lastSequence = sequence;
    end = next;
  }
  return {
    publisherId: head?.event_id ?? '',
    baseId: head?.sequence ?? 0,
    isEmpty: end === headBytes,
    firstSequence,
    lastSequence,
    records: bytes.subarray(headBytes, end),
    end,
    // A process that is killed as it begins one leaves an empty file.
    isDamaged: bytes.length > 0 && !isEnd(bytes.subarray(end, end + END_BYTES)),
  };
}

const isEnd = (bytes: Buffer): boolean => bytes.length === END_BYTES && bytes.readUInt32LE(0) === 0;

/**
 * Cuts off what is damaged and keeps a copy of all of it.
 * @returns where the copy is; undefined where the disk takes none, and then nothing is cut off
 */
export function setAsideDamage(
  outboxFile: string,
  { end, isEmpty }: LeftTail,
  nowMs: number,
): string | undefined {
  const file = fileOf(outboxFile);
  const aside = pathAside(file, nowMs);
  try {
    copyFileSync(file, aside);
    truncateSync(file, isEmpty ? 0 : end);
    if (!isEmpty) truncateSync(file, end + END_BYTES);
    return aside;
  } catch {
    removeQuietly(aside);
    return undefined;
  }
}

/** Puts all of it aside. @returns where it is. @throws what node:fs throws */
export function setAsideTail(outboxFile: string, nowMs: number): string {
  const aside = pathAside(fileOf(outboxFile), nowMs);
  renameSync(fileOf(outboxFile), aside);
  return aside;
}

/** Where its events are elsewhere. What cannot be removed is found to be in the database by whoever reads it. */
export const removeTail = (outboxFile: string): void => removeQuietly(fileOf(outboxFile));

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // A disk that takes no writes.
  }
}
