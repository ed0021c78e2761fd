import { UNIT_BYTES_MAX } from '../utf8.ts';
import type { ReadLimits, StoredEvent } from './event-log.ts';

/*
 * Events as bytes, one record after the other, as an outbox keeps them: in its tail and in its segments. A record, all
 * numbers little-endian:
 *
 *   u32  bytes of the whole record; 0 is written behind the last one in a tail
 *   u16  bytes of the event_id
 *   f64  sequence
 *        event_id, then payload, UTF-8
 *   f64  sequence, once more
 *
 * The kernel takes the bytes of a write in their order. So where a process was killed in the middle of writing a record,
 * the sequence at its end is not there yet: what lay there before is part of an earlier event, or nothing.
 */

const HEAD_BYTES = 14;
const TRAILER_BYTES = 8;
const OVERHEAD_BYTES = HEAD_BYTES + TRAILER_BYTES;

/** Something else is where a record should be. */
export class RecordDamagedError extends Error {
  override readonly name = 'RecordDamagedError';
}

/** @returns how many bytes the event takes as a record */
export const recordBytes = ({ event_id, payload }: Omit<StoredEvent, 'sequence'>): number =>
  OVERHEAD_BYTES + Buffer.byteLength(event_id) + Buffer.byteLength(payload);

/** @returns whether the event as a record takes no more bytes than these. They are not counted where it surely does. */
export const fitsInto = (roomBytes: number, event: Omit<StoredEvent, 'sequence'>): boolean =>
  OVERHEAD_BYTES + UNIT_BYTES_MAX * (event.event_id.length + event.payload.length) <= roomBytes ||
  recordBytes(event) <= roomBytes;

/** @param bytes with room for the record from `at`. @returns where the next one goes */
export function writeRecord(bytes: Buffer, at: number, { sequence, event_id, payload }: StoredEvent): number {
  const idBytes = bytes.write(event_id, at + HEAD_BYTES);
  const trailer = at + HEAD_BYTES + idBytes + bytes.write(payload, at + HEAD_BYTES + idBytes);
  const end = trailer + TRAILER_BYTES;
  bytes.writeUInt32LE(end - at, at);
  bytes.writeUInt16LE(idBytes, at + 4);
  bytes.writeDoubleLE(sequence, at + 6);
  bytes.writeDoubleLE(sequence, trailer);
  return end;
}

/** @returns the event as a record */
export function recordOf(event: StoredEvent): Buffer {
  const bytes = Buffer.allocUnsafe(recordBytes(event));
  writeRecord(bytes, 0, event);
  return bytes;
}

/** @returns where the record at `at` ends; undefined where there is no whole one. */
export function recordEnd(bytes: Buffer, at: number): number | undefined {
  if (at + OVERHEAD_BYTES > bytes.length) return undefined;
  const end = at + bytes.readUInt32LE(at);
  const isWhole =
    end >= at + OVERHEAD_BYTES + bytes.readUInt16LE(at + 4) &&
    end <= bytes.length &&
    bytes.readDoubleLE(end - TRAILER_BYTES) === recordSequence(bytes, at);
  return isWhole ? end : undefined;
}

export const recordSequence = (bytes: Buffer, at: number): number => bytes.readDoubleLE(at + 6);

/** @param end what `recordEnd` says of it */
export function readRecord(bytes: Buffer, at: number, end: number): StoredEvent {
  const idEnd = at + HEAD_BYTES + bytes.readUInt16LE(at + 4);
  return {
    sequence: recordSequence(bytes, at),
    event_id: bytes.toString('utf8', at + HEAD_BYTES, idEnd),
    payload: bytes.toString('utf8', idEnd, end - TRAILER_BYTES),
  };
}

/** Gathers events out of records. */
export interface RecordReader {
  readonly events: readonly StoredEvent[];
  /**
   * @param records whole records and nothing else, further on than those before
   * @returns whether more may be wanted
   * @throws RecordDamagedError at the first that is not whole, if it is not behind what is wanted
   */
  read(records: Buffer): boolean;
}

/** Of the sequences `from` to `to`, within `limits`; the first event whatever its size. */
export function createRecordReader(from: number, to: number, limits: ReadLimits): RecordReader {
  const events: StoredEvent[] = [];
  let bytes = 0;
  return {
    events,
    read(records) {
      for (let at = 0; at < records.length; ) {
        if (events.length >= limits.events_max) return false;
        const end = recordEnd(records, at);
        if (end === undefined) {
          throw new RecordDamagedError(`byte ${at} of ${records.length} begins no whole record`);
        }
        const sequence = recordSequence(records, at);
        if (sequence > to) return false;
        if (sequence >= from) {
          const event = readRecord(records, at, end);
          bytes += event.payload.length;
          if (events.length > 0 && bytes > limits.bytes_max) return false;
          events.push(event);
          if (sequence === to) return false;
        }
        at = end;
      }
      return true;
    },
  };
}
