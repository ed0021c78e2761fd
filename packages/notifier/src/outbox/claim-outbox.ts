import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '@taskwire/protocol';
import { type Outbox, type OutboxOptions, openOutbox } from './outbox.ts';
import { setAsideCorrupt } from './set-aside.ts';
import { sqliteProblem } from './sqlite-error.ts';

/** More processes than this on one path are a mistake in the set-up. */
const SIBLINGS_MAX = 10_000;

/**
 * An outbox for this process alone: `basePath`, or where another process has that, `basePath.1`, `basePath.2` … the
 * first that is free. A corrupt file is set aside and a new one begun.
 * @throws what openOutbox throws where the file cannot be used at all
 */
export function claimOutbox(basePath: string, options: OutboxOptions): Outbox {
  for (let sibling = 0; sibling <= SIBLINGS_MAX; sibling++) {
    const outbox = claimFile(sibling === 0 ? basePath : `${basePath}.${sibling}`, options);
    if (outbox !== 'locked') return outbox;
  }
  throw new Error(`${SIBLINGS_MAX} outboxes beside ${basePath} are all in use`);
}

/** Takes over the outboxes of processes that are gone. */
export interface Adopter {
  /**
   * The outboxes beside the base path that nobody holds and that hold events, locked for us; they are only drained.
   * @param held files that this process has open already
   */
  adopt(held: ReadonlySet<string>): readonly Outbox[];
}

export function createAdopter(basePath: string, options: OutboxOptions): Adopter {
  const folder = path.dirname(basePath);
  const name = path.basename(basePath);
  /** Files that were found empty, as they were then: they are not opened again before they change. */
  const empty = new Map<string, string>();

  const siblings = (): readonly string[] => {
    try {
      // Of one whose database was set aside the tail may be all that is left.
      const suffixes = readdirSync(folder)
        .filter((entry) => entry.startsWith(name))
        .flatMap((entry) => /^(\.\d+)?(?=(-tail)?$)/.exec(entry.slice(name.length))?.[0] ?? []);
      return [...new Set(suffixes)].map((suffix) => path.join(folder, name + suffix));
    } catch {
      return [];
    }
  };
  const adoptFile = (file: string): readonly Outbox[] => {
    if (empty.get(file) === version(file)) return [];
    const outbox = claimFile(file, options);
    if (outbox === 'locked') return [];
    if (outbox.logs.some((log) => log.deletedTo < log.lastSequence)) {
      options.logger.info({ file }, 'took over the outbox of a process that is gone');
      return [outbox];
    }
    outbox.close();
    empty.set(file, version(file));
    return [];
  };
  return {
    adopt: (held) =>
      siblings().flatMap((file) => {
        if (held.has(file)) return [];
        try {
          return adoptFile(file);
        } catch (error) {
          options.logger.warn({ file, problem: messageOf(error) }, 'a left over outbox cannot be opened');
          return [];
        }
      }),
  };
}

/** What a process that was killed wrote last may be in the log, or the tail, alone. */
const version = (file: string): string =>
  [file, `${file}-wal`, `${file}-tail`]
    .map((name) => statSync(name, { bigint: true, throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? 'none' : `${stat.ino}:${stat.size}:${stat.mtimeNs}`))
    .join(' ');

function claimFile(file: string, options: OutboxOptions): Outbox | 'locked' {
  try {
    return openOutbox(file, options);
  } catch (error) {
    const problem = sqliteProblem(error);
    if (problem === 'locked') return 'locked';
    if (problem !== 'corrupt') throw error;
    const aside = setAsideCorrupt(file, options.nowMs(), false);
    options.logger.error(
      { file, aside, problem: messageOf(error) },
      'the outbox is corrupt; it was set aside and a new one begun; what it held may be lost',
    );
    return openOutbox(file, options);
  }
}
