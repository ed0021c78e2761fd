import { realpathSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Logger } from '@taskwire/protocol';
import type { EventLog, StoredEvent } from './event-log.ts';
import { recordOf } from './event-records.ts';
import { fileIdentity } from './file-identity.ts';
import { earlierLogs, type FileLog, fileLog } from './file-log.ts';
import { type OutboxFileOptions, openOutboxFile, shrinkEmpty } from './outbox-file.ts';
import { type OutboxStatements, pragma, prepareStatements } from './outbox-statements.ts';
import {
  createTail,
  type LeftTail,
  type OpenTail,
  readTail,
  removeTail,
  setAsideDamage,
  setAsideTail,
  tailRoom,
} from './outbox-tail.ts';

/** An event before it has its place: called with the place, so that both are in the JSON. */
export type BuildEvent = (
  publisherId: string,
  sequence: number,
) => { readonly event_id: string; readonly payload: string };

export interface OutboxOptions extends OutboxFileOptions {
  readonly newPublisherId: () => string;
  readonly logger: Logger;
  readonly nowMs: () => number;
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
  // As SQLite does with its log: a file has one tail, by whatever name it is opened.
  const realFile = realpathSync(file);
  const statements = prepareStatements(database);
  const pagesMax = pragma(database.prepare('PRAGMA max_page_count'));
  const pageBytes = pragma(database.prepare('PRAGMA page_size'));
  const logs = earlierLogs(database, statements, identity);
  /** The one whose events are in the tail: the newest, open or of the process before. */
  let tailLog = takeUpTail(realFile, logs, { database, statements, ...options });
  let open: FileLog | undefined;
  /** Where events of the open one go first. */
  let openTail: OpenTail | undefined;

  const moveTail = (): void => {
    if (tailLog === undefined || openTail?.isEmpty) return;
    const { baseId, deletedTo, tail } = tailLog;
    if (tail !== undefined && tail.lastSequence > deletedTo) {
      statements.insertSegment.get(baseId + tail.firstSequence, baseId + tail.lastSequence, tail.records);
    }
    openTail?.clear();
  };
  const begin = (): FileLog => {
    moveTail();
    const before = openTail;
    openTail = undefined;
    before?.close();
    if (tailLog !== undefined) tailLog.tail = undefined;
    const log = fileLog(database, statements, {
      baseId: nextBaseId(logs),
      publisherId: options.newPublisherId(),
      lastSequence: 0,
      deletedTo: 0,
      closable: true,
      ack: null,
    });
    // With fsync it is the log of the database that is synchronised.
    if (options.fsync) removeTail(realFile);
    else openTail = tryCreateTail(realFile, log, tailRoom(pagesMax * pageBytes));
    tailLog = log;
    log.tail = openTail;
    statements.insertPublisher.run(log.baseId, log.publisherId, identity, 0);
    log.open = true;
    logs.push(log);
    return log;
  };
  const store = (log: FileLog, event: StoredEvent): void => {
    if (openTail?.append(event)) return;
    moveTail();
    if (openTail?.append(event)) return;
    const id = log.baseId + event.sequence;
    statements.insertSegment.get(id, id, recordOf(event));
  };

  return {
    file,
    logs,
    append(build) {
      open ??= begin();
      const sequence = open.lastSequence + 1;
      const { event_id, payload } = build(open.publisherId, sequence);
      const stored = { sequence, event_id, payload };
      store(open, stored);
      open.lastSequence = sequence;
      open.recent.add(stored);
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
      const tailBytes = tailLog?.tail?.records.length ?? 0;
      return { bytes: pages * pageBytes + tailBytes, ratio: pages / pagesMax };
    },
    close() {
      try {
        openTail?.close();
        const tail = tailLog?.tail;
        // What is in it stays there for the next process.
        if (tail === undefined || tail.isEmpty || tail.lastSequence <= (tailLog?.deletedTo ?? 0))
          removeTail(realFile);
        shrinkEmpty(database);
      } finally {
        database.close();
      }
    },
  };
}

/** One id lies between two publishers, so that one of which no event was stored has a base of its own as well. */
function nextBaseId(logs: readonly FileLog[]): number {
  const last = logs.at(-1);
  return last === undefined ? 0 : last.baseId + last.lastSequence + 1;
}

/** Without one, events go into the database one by one: slower, and as safe. */
function tryCreateTail(file: string, log: FileLog, roomBytes: number): OpenTail | undefined {
  try {
    return createTail(file, log, roomBytes);
  } catch {
    // What could not be overwritten is in the database.
    removeTail(file);
    return undefined;
  }
}

/**
 * Gives the log of the process before what it left in the tail. Its publisher is in the database, unless that is an older
 * copy, or a new one in the place of a corrupt one: then it is added, and its events drain under it.
 * @returns the log whose tail it is
 */
function takeUpTail(
  file: string,
  logs: FileLog[],
  options: OutboxOptions & { readonly database: DatabaseSync; readonly statements: OutboxStatements },
): FileLog | undefined {
  const { database, statements, logger } = options;
  const tail = readSound(file, options);
  if (tail === undefined || tail.isEmpty) return undefined;
  let log = logs.find(({ publisherId }) => publisherId === tail.publisherId);
  if (log === undefined) {
    const baseId = Math.max(tail.baseId, nextBaseId(logs));
    const deletedTo = tail.firstSequence - 1;
    statements.insertPublisher.run(baseId, tail.publisherId, '', deletedTo);
    log = fileLog(database, statements, {
      ...tail,
      baseId,
      lastSequence: deletedTo,
      deletedTo,
      closable: false,
      ack: null,
    });
    logs.push(log);
  } else if (tail.lastSequence <= log.lastSequence) {
    // The process ended between making a segment of it and clearing it.
    removeTail(file);
    return undefined;
  } else if (log !== logs.at(-1)) {
    const aside = setAsideTail(file, options.nowMs());
    logger.error(
      { file, aside },
      'the newest events of the outbox are of an older state of it, and set aside',
    );
    return undefined;
  }
  log.hasHole = tail.firstSequence > log.lastSequence + 1;
  log.lastSequence = tail.lastSequence;
  log.tail = tail;
  return log;
}

function readSound(file: string, { logger, nowMs }: OutboxOptions): LeftTail | undefined {
  const tail = readTail(file);
  if (tail?.isDamaged) {
    const aside = setAsideDamage(file, tail, nowMs());
    const copy = aside === undefined ? 'no copy could be made' : 'a copy is set aside';
    logger.error(
      { file, aside },
      `the newest events of the outbox are damaged; what can be read of them goes on, ${copy}`,
    );
  }
  return tail;
}
