import path from 'node:path';
import { type ErrorCode, messageOf, TaskwireError } from '@taskwire/protocol';
import { claimOutbox, createAdopter } from './claim-outbox.ts';
import { collectDone } from './collect-done.ts';
import type { EventLog } from './event-log.ts';
import { createGroupSync, type GroupSync } from './group-sync.ts';
import { createMemoryLog, type MemoryLog } from './memory-log.ts';
import { movedEvent } from './moved-event.ts';
import type { BuildEvent, Outbox, OutboxOptions } from './outbox.ts';
import { createRetention, DELETE_EVENTS_MAX } from './retention.ts';
import { salvage } from './salvage.ts';
import { setAsideCorrupt } from './set-aside.ts';
import { sqliteProblem } from './sqlite-error.ts';

/** From here on progress is refused, so that there is room for statuses. */
const PROGRESS_RATIO_MAX = 0.8;
/** A file that is this full and refuses has reached its own bound; one that is emptier stands on a full disk. */
const OWN_BOUND_RATIO = 0.95;
/** The file is looked at again after this; each look at a broken one costs a task some time. */
const RETRY_FILE_MS = 1_000;
/** Asking SQLite how full it is costs as much as two inserts: it is asked after so many bytes, or so much of a small file. */
const USAGE_EVERY_BYTES = 65_536;
const USAGE_EVERY_SHARE = 1 / 64;

const REHOME_LIMITS = { events_max: 200, bytes_max: 1_048_576 } as const;

export type Kept =
  | { readonly kept: true; readonly event_id: string; readonly sequence: number; readonly durable: boolean }
  | { readonly kept: false; readonly error: TaskwireError };

export interface EventKeeperOptions extends OutboxOptions {
  readonly outboxPath: string;
  readonly ackGraceMs: number;
  /** ms that only go forward. */
  readonly elapsedMs: () => number;
}

/**
 * Where events are from `publish()` until they are acknowledged: the outbox file of this process, the outboxes of
 * processes that are gone, and memory for as long as the file cannot be used. Never throws into its caller.
 */
export interface EventKeeper {
  /** Opens the file; where it cannot be used, this is said by {@link problem} and tried again with later events. */
  open(): void;
  append(build: BuildEvent, isProgress: boolean): Kept;
  /** Every log that may hold something to be delivered. */
  logs(): readonly EventLog[];
  /** No more events under the present publisher_id. */
  endPublisher(): void;
  /** Looks for outboxes whose process is gone. */
  adopt(): void;
  /**
   * The publisher_id is somebody else's as well: a step of moving its events, event_ids and all, to a new one.
   * @returns how many were moved; 0 where none is left or there is no room
   */
  rehome(log: EventLog): number;
  /** Events of this log could not be read. Where its file is corrupt, what is left of it goes on elsewhere. */
  readFailed(log: EventLog, error: unknown): void;
  /** Deletes what is acknowledged and out of its grace time, a step at a time. @returns whether there is more */
  collect(elapsedMs: number): boolean;
  /** The publisher that new events get; null before the first. */
  readonly publisherId: string | null;
  readonly file: string | null;
  readonly bytes: number;
  /** Why events are not durable now, in words; null where they are. */
  readonly problem: string | null;
  readonly droppedProgress: number;
  close(): void;
}

export function createEventKeeper(options: EventKeeperOptions): EventKeeper {
  const { logger, nowMs, elapsedMs } = options;
  // Once: a process may change its folder before the first event.
  const outboxPath = path.resolve(options.outboxPath);
  const adopter = createAdopter(outboxPath, options);
  const retention = createRetention(options.ackGraceMs);
  let outbox: Outbox | undefined;
  let adopted: Outbox[] = [];
  let memory: MemoryLog[] = [];
  let groupSync: GroupSync | undefined;
  let problem: string | null = null;
  let retryFileAtMs = 0;
  let ratio = 0;
  const usageEveryBytes = Math.min(USAGE_EVERY_BYTES, options.bytesMax * USAGE_EVERY_SHARE);
  let charactersSinceUsage = 0;
  let droppedProgress = 0;

  const syncOf = (current: Outbox): GroupSync => {
    groupSync ??= createGroupSync(current.file, logger);
    return groupSync;
  };
  const outboxes = (): readonly Outbox[] => (outbox === undefined ? adopted : [outbox, ...adopted]);

  const fail = (error: unknown): void => {
    const words = messageOf(error);
    retryFileAtMs = elapsedMs() + RETRY_FILE_MS;
    if (problem === null) {
      logger.error(
        { file: outbox?.file ?? outboxPath, problem: words },
        'the outbox cannot be written; events go straight to Redis and are lost with this process',
      );
    }
    problem = words;
  };
  const recover = (): void => {
    if (problem === null) return;
    problem = null;
    for (const log of memory) log.end();
    logger.warn({ file: outbox?.file }, 'the outbox can be written again');
  };
  const open = (): void => {
    if (outbox !== undefined) return;
    try {
      outbox = claimOutbox(outboxPath, options);
      charactersSinceUsage = usageEveryBytes;
    } catch (error) {
      fail(error);
    }
  };
  const closeQuietly = (holder: Outbox): void => {
    try {
      holder.close();
    } catch (error) {
      logger.warn({ file: holder.file, problem: messageOf(error) }, 'an outbox was not closed cleanly');
    }
  };
  const loseCorrupt = (corrupt: Outbox, error: unknown): void => {
    const damaged = corrupt.logs.map((log) => ({ log, ...salvage(log) }));
    const unreadable = damaged.reduce((sum, { unreadable }) => sum + unreadable, 0);
    logger.error(
      { file: corrupt.file, problem: messageOf(error), unreadable },
      'the outbox is corrupt; what can be read of it goes on, the file is set aside',
    );
    closeQuietly(corrupt);
    if (corrupt === outbox) {
      outbox = undefined;
      groupSync?.close();
      groupSync = undefined;
    }
    adopted = adopted.filter((other) => other !== corrupt);
    try {
      setAsideCorrupt(corrupt.file, nowMs(), true);
    } catch (failure) {
      fail(failure);
    }
    for (const { log, events } of damaged) {
      for (const event of events) keep((id, sequence) => movedEvent(event, log, id, sequence), false);
    }
  };
  const measure = (): void => {
    ratio = outbox?.usage().ratio ?? 0;
    charactersSinceUsage = 0;
  };
  const refuse = (code: ErrorCode, words: string, isProgress: boolean): Kept => {
    if (isProgress) droppedProgress += 1;
    return { kept: false, error: new TaskwireError(code, words) };
  };
  const full = (isProgress: boolean): Kept =>
    refuse(
      'outbox_full',
      `the outbox holds ${options.bytesMax} bytes, as much as it may: Redis or the listener has been away for long; ${isProgress ? 'progress is dropped first' : 'raise outboxBytesMax'}`,
      isProgress,
    );

  /** @returns undefined where the file cannot take it and memory has to */
  const appendToFile = (build: BuildEvent, isProgress: boolean): Kept | undefined => {
    if (problem !== null && elapsedMs() < retryFileAtMs) return undefined;
    open();
    if (outbox === undefined) return undefined;
    try {
      const isTooFull = () => isProgress && ratio >= PROGRESS_RATIO_MAX;
      // Room may have been made since: nothing is refused for what was so then.
      if (charactersSinceUsage >= usageEveryBytes || isTooFull()) measure();
      if (isTooFull()) return full(true);
      const { event_id, sequence, payload } = outbox.append(build);
      // As many as bytes, as a rule, and known already; a text beyond ASCII is asked after up to three times later.
      charactersSinceUsage += payload.length;
      if (options.fsync) syncOf(outbox).appended();
      recover();
      return { kept: true, event_id, sequence, durable: true };
    } catch (error) {
      switch (sqliteProblem(error)) {
        case 'full':
          measure();
          if (ratio >= OWN_BOUND_RATIO) return full(isProgress);
          fail(error);
          return undefined;
        case 'corrupt':
          loseCorrupt(outbox, error);
          open();
          return undefined;
        default:
          fail(error);
          return undefined;
      }
    }
  };
  const appendToMemory = (build: BuildEvent, isProgress: boolean): Kept => {
    let log = memory.find((candidate) => candidate.open);
    if (log === undefined) {
      log = createMemoryLog(options.newPublisherId());
      memory = [...memory, log];
    }
    const words = `the outbox cannot be used (${problem ?? 'corrupt'}) and memory is full; see to the outbox or to Redis`;
    if (isProgress && log.usage().ratio >= PROGRESS_RATIO_MAX)
      return refuse('outbox_unavailable', words, true);
    const stored = log.append(build);
    if (stored === undefined) return refuse('outbox_unavailable', words, isProgress);
    return { kept: true, event_id: stored.event_id, sequence: stored.sequence, durable: false };
  };
  const keep = (build: BuildEvent, isProgress: boolean): Kept => {
    try {
      return appendToFile(build, isProgress) ?? appendToMemory(build, isProgress);
    } catch (error) {
      fail(error);
      return appendToMemory(build, isProgress);
    }
  };
  return {
    open,
    append: keep,
    logs: () => [...outboxes().flatMap((holder) => holder.logs), ...memory],
    endPublisher() {
      outbox?.endPublisher();
      for (const log of memory) log.end();
    },
    adopt() {
      const held = new Set(outboxes().map((holder) => holder.file));
      adopted = [...adopted, ...adopter.adopt(held)];
    },
    rehome(log) {
      for (const holder of outboxes()) if (log.open && holder.logs.includes(log)) holder.endPublisher();
      for (const other of memory) if (other === log) other.end();
      let moved = 0;
      for (const event of log.read(log.deletedTo + 1, log.lastSequence, REHOME_LIMITS)) {
        const kept = keep((publisherId, sequence) => movedEvent(event, log, publisherId, sequence), false);
        if (!kept.kept) return moved;
        moved += log.deleteTo(event.sequence, event.sequence - log.deletedTo);
      }
      return moved;
    },
    readFailed(log, error) {
      const holder = outboxes().find(({ logs }) => logs.includes(log));
      if (holder !== undefined && sqliteProblem(error) === 'corrupt') loseCorrupt(holder, error);
      else
        logger.error(
          { problem: messageOf(error) },
          'events cannot be read from the outbox; tried again later',
        );
    },
    collect(time) {
      for (const holder of outboxes()) {
        try {
          if (collectDone(holder, retention, time)) return true;
        } catch (error) {
          if (sqliteProblem(error) === 'corrupt') loseCorrupt(holder, error);
          else
            logger.debug(
              { file: holder.file, problem: messageOf(error) },
              'could not delete from the outbox',
            );
        }
      }
      for (const log of memory) log.deleteTo(log.ack?.low_water ?? 0, DELETE_EVENTS_MAX);
      memory = memory.filter((log) => log.open || log.deletedTo < log.lastSequence);
      const empty = adopted.filter((holder) => holder.logs.every((log) => log.deletedTo >= log.lastSequence));
      for (const holder of empty) closeQuietly(holder);
      adopted = adopted.filter((holder) => !empty.includes(holder));
      return false;
    },
    get publisherId() {
      const current = memory.find((log) => log.open) ?? outbox?.logs.find((log) => log.open);
      return current?.publisherId ?? null;
    },
    get file() {
      return outbox?.file ?? null;
    },
    get bytes() {
      try {
        return outboxes().reduce((sum, holder) => sum + holder.usage().bytes, 0);
      } catch {
        return 0;
      }
    },
    get problem() {
      return problem;
    },
    get droppedProgress() {
      return droppedProgress;
    },
    close() {
      groupSync?.close();
      groupSync = undefined;
      for (const holder of outboxes()) closeQuietly(holder);
      outbox = undefined;
      adopted = [];
      memory = [];
    },
  };
}
