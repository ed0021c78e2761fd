import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { PublisherAck } from '@taskwire/protocol';
import { parsePublisherAck } from '../delivery/publisher-ack.ts';
import type { EventLog, StoredEvent } from './event-log.ts';
import { fileIdentity } from './file-identity.ts';
import { type OutboxFileOptions, openOutboxFile, shrinkEmpty } from './outbox-file.ts';
import { createRecentEvents, type RecentEvents } from './recent-events.ts';

/** An event before it has its place: called with the place, so that both are in the JSON. */
export type BuildEvent = (
  publisherId: string,
  sequence: number,
) => { readonly event_id: string; readonly payload: string };

export interface OutboxOptions extends OutboxFileOptions {
  readonly newPublisherId: () => string;
}

/** How full the file is. */
export interface OutboxUsage {
  readonly bytes: number;
  /** 0 to 1, of what the file may hold; pages that became free do not count. */
  readonly ratio: number;
}

/**
 * One outbox file, held by this process alone.
 *
 * A publisher_id lives from the first event after opening the file until it is closed: each opening begins a new one,
 * and the events of earlier ones drain under their own. So there is no counter on disk that a copy, a restored
 * backup, a second process or a power loss could set back: a sequence is never given twice, by construction.
 */
export interface Outbox {
  readonly file: string;
  /** All publishers that this file still knows, the oldest first; the last may be open. */
  readonly logs: readonly EventLog[];
  /** Durable when it returns. @throws what node:sqlite throws; then nothing was stored and no sequence used */
  append(build: BuildEvent): StoredEvent;
  /** Ends the open publisher; the next append begins a new one. */
  endPublisher(): void;
  /** Forgets a publisher whose events are all deleted. */
  forget(log: EventLog): void;
  usage(): OutboxUsage;
  /** Lets go of the file; an empty one is made small. */
  close(): void;
}

/** @throws what node:sqlite and node:fs throw; see `sqliteProblem` */
export function openOutbox(file: string, options: OutboxOptions): Outbox {
  const database = openOutboxFile(file, options);
  try {
    return outboxOf(database, file, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

function outboxOf(database: DatabaseSync, file: string, options: OutboxOptions): Outbox {
  const identity = fileIdentity(file);
  const statements = prepare(database);
  const logs = earlierLogs(database, statements, identity);
  const pagesMax = pragma(database.prepare('PRAGMA max_page_count'));
  const pageBytes = pragma(database.prepare('PRAGMA page_size'));
  let open: FileLog | undefined;

  const begin = (): FileLog => {
    const last = logs.at(-1);
    return fileLog(database, statements, {
      baseId: last === undefined ? 0 : last.baseId + last.lastSequence,
      publisherId: options.newPublisherId(),
      lastSequence: 0,
      deletedTo: 0,
      closable: true,
      ack: null,
    });
  };
  const insert = (log: FileLog, build: BuildEvent): StoredEvent => {
    const sequence = log.lastSequence + 1;
    const { event_id, payload } = build(log.publisherId, sequence);
    // Not `run`: that makes an object of what changed, which is a twentieth of an insert.
    statements.insertEvent.get(log.baseId + sequence, event_id, payload);
    return { sequence, event_id, payload };
  };

  return {
    file,
    logs,
    append(build) {
      if (open !== undefined) {
        const stored = insert(open, build);
        open.lastSequence = stored.sequence;
        open.recent.add(stored);
        return stored;
      }
      const log = begin();
      const stored = transaction(database, () => {
        statements.insertPublisher.run(log.baseId, log.publisherId, identity);
        return insert(log, build);
      });
      log.lastSequence = stored.sequence;
      log.recent.add(stored);
      log.open = true;
      open = log;
      logs.push(log);
      return stored;
    },
    endPublisher() {
      if (open !== undefined) open.open = false;
      open = undefined;
    },
    forget(log) {
      const index = logs.indexOf(log as FileLog);
      const known = logs[index];
      if (known === undefined || known.open || known.deletedTo < known.lastSequence) return;
      // The newest row stays: its base and last sequence are where the ids of the next publisher begin.
      if (index === logs.length - 1) return;
      statements.deletePublisher.run(known.baseId);
      logs.splice(index, 1);
    },
    usage: () => {
      const pages = pragma(statements.pageCount) - pragma(statements.freelistCount);
      return { bytes: pages * pageBytes, ratio: pages / pagesMax };
    },
    close() {
      try {
        shrinkEmpty(database);
      } finally {
        database.close();
      }
    },
  };
}

/** An {@link EventLog} in the file; what only this module may change is writable here. */
interface FileLog extends EventLog {
  readonly baseId: number;
  /** Of those that this process has stored. */
  readonly recent: RecentEvents;
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

function fileLog(database: DatabaseSync, statements: Statements, start: FileLogStart): FileLog {
  const { baseId, publisherId, closable } = start;
  const recent = createRecentEvents();
  let { ack, deletedTo } = start;
  return {
    baseId,
    publisherId,
    recent,
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
      const taken = recent.take(from, to, limits);
      if (taken !== null) return taken;
      const events: StoredEvent[] = [];
      let bytes = 0;
      for (const row of statements.selectEvents.iterate(baseId + from, baseId + to, limits.events_max)) {
        const [id, event_id, text] = valuesOf(row);
        const payload = String(text);
        bytes += payload.length;
        if (events.length > 0 && bytes > limits.bytes_max) break;
        events.push({ sequence: Number(id) - baseId, event_id: String(event_id), payload });
      }
      return events;
    },
    deleteTo(sequence, events_max) {
      const to = Math.min(sequence, deletedTo + events_max, this.lastSequence);
      if (to <= deletedTo) return 0;
      const count = to - deletedTo;
      transaction(database, () => {
        statements.deleteEvents.run(baseId + deletedTo + 1, baseId + to);
        statements.updateDeletedTo.run(to, baseId);
      });
      deletedTo = to;
      return count;
    },
  };
}

/** The publishers of earlier openings. Their last sequence is that of their last event, or of the last deleted one. */
function earlierLogs(database: DatabaseSync, statements: Statements, identity: string): FileLog[] {
  const rows = database
    .prepare('SELECT base_id, publisher_id, file_identity, deleted_to, ack FROM publishers ORDER BY base_id')
    .all();
  return rows.map((row, index) => {
    const baseId = Number(row.base_id);
    const deletedTo = Number(row.deleted_to);
    const nextBaseId = Number(rows[index + 1]?.base_id ?? Number.MAX_SAFE_INTEGER);
    const lastId = statements.selectLastId.get(baseId, nextBaseId)?.id;
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

function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // A full disk has rolled it back already; the first error is the one to tell.
    }
    throw error;
  }
}

/** The one value that a PRAGMA answers. */
const pragma = (statement: StatementSync): number => Number(Object.values(statement.get() ?? {})[0]);

type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

const SQL = {
  insertPublisher: 'INSERT INTO publishers (base_id, publisher_id, file_identity) VALUES (?, ?, ?)',
  insertEvent: 'INSERT INTO events (id, event_id, payload) VALUES (?, ?, ?)',
  selectEvents: 'SELECT id, event_id, payload FROM events WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?',
  selectLastId: 'SELECT max(id) AS id FROM events WHERE id > ? AND id <= ?',
  deleteEvents: 'DELETE FROM events WHERE id BETWEEN ? AND ?',
  updateDeletedTo: 'UPDATE publishers SET deleted_to = ? WHERE base_id = ?',
  updateAck: 'UPDATE publishers SET ack = ? WHERE base_id = ?',
  deletePublisher: 'DELETE FROM publishers WHERE base_id = ?',
  pageCount: 'PRAGMA page_count',
  freelistCount: 'PRAGMA freelist_count',
} as const;

function prepare(database: DatabaseSync): Statements {
  const statements = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as Statements;
  // Half of what an object for each row takes. Not there before node 22.16.
  statements.selectEvents.setReturnArrays?.(true);
  return statements;
}

/** The values of a row, in the order of its columns. */
const valuesOf = (row: object): readonly unknown[] => (Array.isArray(row) ? row : Object.values(row));
