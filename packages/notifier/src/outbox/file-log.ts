import type { DatabaseSync } from 'node:sqlite';
import type { PublisherAck } from '@taskwire/protocol';
import { parsePublisherAck } from '../delivery/publisher-ack.ts';
import type { EventLog } from './event-log.ts';
import { createRecordReader } from './event-records.ts';
import type { OutboxStatements } from './outbox-statements.ts';
import type { OutboxTail } from './outbox-tail.ts';
import { createRecentEvents, type RecentEvents } from './recent-events.ts';

/** An {@link EventLog} in the file; what only this module may change is writable here. */
export interface FileLog extends EventLog {
  readonly baseId: number;
  /** Of those that this process has stored. */
  readonly recent: RecentEvents;
  hasHole: boolean;
  /** Its newest events, that are not in a segment yet. */
  tail: OutboxTail | undefined;
  lastSequence: number;
  open: boolean;
}

interface FileLogStart {
  readonly baseId: number;
  readonly publisherId: string;
  readonly lastSequence: number;
  readonly deletedTo: number;
  readonly closable: boolean;
  readonly ack: PublisherAck | null;
}

export function fileLog(database: DatabaseSync, statements: OutboxStatements, start: FileLogStart): FileLog {
  const { baseId, publisherId, closable } = start;
  const recent = createRecentEvents();
  let { ack, deletedTo } = start;
  return {
    baseId,
    publisherId,
    recent,
    hasHole: false,
    tail: undefined,
    closable,
    lastSequence: start.lastSequence,
    open: false,
    get deletedTo() {
      return deletedTo;
    },
    get ack() {
      return ack;
    },
    saveAck(next) {
      statements.updateAck.run(JSON.stringify(next), baseId);
      ack = next;
    },
    read(from, to, limits) {
      const { tail } = this;
      const first = Math.max(from, deletedTo + 1);
      const taken = recent.take(first, to, limits);
      if (taken !== null) return taken;
      const reader = createRecordReader(first, to, limits);
      if (tail === undefined || tail.isEmpty || first < tail.firstSequence) {
        for (const row of statements.selectSegments.iterate(baseId, baseId + first, baseId + to)) {
          const [value] = valuesOf(row);
          const records = value as Uint8Array<ArrayBuffer>;
          const isMoreWanted = reader.read(asBuffer(records));
          giveBack(records);
          if (!isMoreWanted) return reader.events;
        }
      }
      if (tail !== undefined) reader.read(tail.records);
      return reader.events;
    },
    deleteTo(sequence, events_max) {
      const to = Math.min(sequence, deletedTo + events_max, this.lastSequence);
      if (to <= deletedTo) return 0;
      const count = to - deletedTo;
      transaction(database, () => {
        statements.deleteSegments.run(baseId, baseId + to);
        statements.updateDeletedTo.run(to, baseId);
      });
      deletedTo = to;
      return count;
    },
  };
}

/** The publishers of earlier openings. Their last sequence is that of their last event, or of the last deleted one. */
export function earlierLogs(
  database: DatabaseSync,
  statements: OutboxStatements,
  identity: string,
): FileLog[] {
  const rows = database
    .prepare('SELECT base_id, publisher_id, file_identity, deleted_to, ack FROM publishers ORDER BY base_id')
    .all();
  return rows.map((row, index) => {
    const baseId = Number(row.base_id);
    const deletedTo = Number(row.deleted_to);
    const nextBaseId = Number(rows[index + 1]?.base_id ?? Number.MAX_SAFE_INTEGER);
    const lastId = statements.selectLastId.get(baseId, nextBaseId)?.last_id;
    return fileLog(database, statements, {
      baseId,
      publisherId: String(row.publisher_id),
      lastSequence: typeof lastId === 'number' ? lastId - baseId : deletedTo,
      deletedTo,
      closable: row.file_identity === identity,
      ack: typeof row.ack === 'string' ? parsePublisherAck(row.ack) : null,
    });
  });
}

function transaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // A full disk has rolled it back already; the first error is the one to tell.
    }
    throw error;
  }
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/**
 * The next segment is read into the same memory then. Left to the garbage collector it would be taken anew from the system
 * for each one until the next collection, page by page.
 */
function giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
  buffer.transfer(0);
}

/** The values of a row, in the order of its columns. */
const valuesOf = (row: object): readonly unknown[] => (Array.isArray(row) ? row : Object.values(row));
