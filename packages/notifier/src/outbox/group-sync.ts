import { close, fdatasync, open } from 'node:fs';
import { type Logger, messageOf } from '@taskwire/protocol';

/** Events of this time share one wait for the disk. */
const GROUP_MS = 10;

/**
 * Brings what was appended to the disk, by groups and off the main thread, so that a task never waits for it. Works
 * on the write-ahead log, which holds everything since the last checkpoint, and which carries no locks: closing a
 * descriptor of it does no harm, unlike one of the database file.
 */
export interface GroupSync {
  appended(): void;
  close(): void;
}

export function createGroupSync(outboxFile: string, logger: Logger): GroupSync {
  let timer: NodeJS.Timeout | undefined;
  let descriptor: number | undefined;
  let syncing = false;
  let again = false;
  let closed = false;

  const report = (error: unknown): void =>
    logger.error(
      { problem: messageOf(error) },
      'events could not be brought to the disk; a power loss may lose them',
    );
  const sync = (): void => {
    timer = undefined;
    if (descriptor === undefined) {
      begin();
      return;
    }
    syncing = true;
    fdatasync(descriptor, (error) => {
      syncing = false;
      if (error !== null) report(error);
      if (closed) release();
      else if (again) appended();
    });
  };
  const begin = (): void => {
    syncing = true;
    open(`${outboxFile}-wal`, 'r', (error, opened) => {
      syncing = false;
      if (error !== null) {
        report(error);
        return;
      }
      descriptor = opened;
      if (closed) release();
      else sync();
    });
  };
  const release = (): void => {
    if (descriptor !== undefined) close(descriptor);
    descriptor = undefined;
  };
  const appended = (): void => {
    if (syncing) {
      again = true;
      return;
    }
    again = false;
    timer ??= setTimeout(sync, GROUP_MS);
  };
  return {
    appended,
    close() {
      closed = true;
      clearTimeout(timer);
      if (!syncing) release();
    },
  };
}
