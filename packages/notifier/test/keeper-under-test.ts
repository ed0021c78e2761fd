import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Logger, silentLogger } from '@taskwire/protocol';
import { createEventKeeper, type EventKeeper } from '../src/outbox/event-keeper.ts';
import type { EventLog, StoredEvent } from '../src/outbox/event-log.ts';

/** The files of an outbox that a process was killed with, by what is behind its path. */
export const OUTBOX_FILES = ['', '-wal', '-tail'] as const;

export function copyOutbox(from: string, to: string): void {
  for (const suffix of OUTBOX_FILES) copyFileSync(from + suffix, to + suffix);
}

const publisherMain = fileURLToPath(new URL('./killed-publisher.ts', import.meta.url));
export const nodeArguments = [
  '--conditions=taskwire-source',
  '--disable-warning=ExperimentalWarning',
  publisherMain,
];

export interface Published {
  readonly ids: readonly string[];
  readonly file: string;
}

export function publishAndDie(outbox: string, count: number): Published {
  const { stdout, signal } = spawnSync(process.execPath, [...nodeArguments, outbox, String(count), 'kill'], {
    encoding: 'utf8',
  });
  assert.equal(signal, 'SIGKILL');
  return JSON.parse(stdout) as Published;
}

let publishers = 0;

interface KeeperWish {
  readonly bytesMax?: number;
  readonly ackGraceMs?: number;
  readonly fsync?: boolean;
  readonly logger?: Logger;
  readonly nowMs?: () => number;
}

export function keeperAt(outboxPath: string, options: KeeperWish = {}) {
  const keeper = createEventKeeper({
    outboxPath,
    bytesMax: options.bytesMax ?? 16 * 1_048_576,
    fsync: options.fsync ?? false,
    ackGraceMs: options.ackGraceMs ?? 3_600_000,
    newPublisherId: () => `publisher-${++publishers}`,
    logger: options.logger ?? silentLogger,
    nowMs: options.nowMs ?? Date.now,
    elapsedMs: () => performance.now(),
  });
  keeper.open();
  return Object.assign(keeper, { [Symbol.dispose]: () => keeper.close() });
}

const everything = { events_max: 100_000, bytes_max: Number.MAX_SAFE_INTEGER };
export const eventsOf = (log: EventLog): readonly StoredEvent[] => log.read(1, log.lastSequence, everything);
export const idsIn = (keeper: Pick<EventKeeper, 'logs'>): readonly string[] =>
  keeper.logs().flatMap((log) => eventsOf(log).map((event) => event.event_id));
export const append = (
  keeper: Pick<EventKeeper, 'append'>,
  id: string,
  size = 1,
  isProgress = false,
  character = 'x',
) =>
  keeper.append(
    (publisher_id, sequence) => ({
      event_id: id,
      payload: JSON.stringify({ publisher_id, sequence, data: character.repeat(size) }),
    }),
    isProgress,
  );

export const range = (count: number, prefix = 'e'): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);

/** As a process leaves it that is killed: a copy of the files of an outbox that is open. */
export function killedWith(outbox: string, copy: string, ids: readonly string[], size = 300): void {
  using keeper = keeperAt(outbox);
  for (const id of ids) assert.ok(append(keeper, id, size).kept);
  copyOutbox(outbox, copy);
}
