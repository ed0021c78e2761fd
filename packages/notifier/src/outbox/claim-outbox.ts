import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type Logger, messageOf } from '@taskwire/protocol';
import { type Outbox, type OutboxOptions, openOutbox } from './outbox.ts';
import { setAsideCorrupt } from './outbox-file.ts';
import { sqliteProblem } from './sqlite-error.ts';

/** More processes than this on one path are a mistake in the set-up. */
const SIBLINGS_MAX = 10_000;

export interface ClaimOptions extends OutboxOptions {
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/**
 * An outbox for this process alone: `basePath`, or where another process has that, `basePath.1`, `basePath.2` … the
 * first that is free. A corrupt file is set aside and a new one begun.
 * @throws what openOutbox throws where the file cannot be used at all
 */
export function claimOutbox(basePath: string, options: ClaimOptions): Outbox {
  for (let sibling = 0; sibling <= SIBLINGS_MAX; sibling++) {
    const outbox = claimFile(sibling === 0 ? basePath : `${basePath}.${sibling}`, options);
    if (outbox !== 'locked') return outbox;
  }
  throw new Error(`${SIBLINGS_MAX} outboxes beside ${basePath} are all in use`);
}

/**
 * The outboxes beside `basePath` whose processes are gone, locked for us. They are only drained.
 * @param except files that this process holds already
 */
export function adoptLeftovers(
  basePath: string,
  except: ReadonlySet<string>,
  options: ClaimOptions,
): readonly Outbox[] {
  const folder = path.dirname(basePath);
  const name = path.basename(basePath);
  let entries: readonly string[];
  try {
    entries = readdirSync(folder);
  } catch {
    return [];
  }
  const adopted: Outbox[] = [];
  for (const entry of entries) {
    const rest = entry.startsWith(name) ? entry.slice(name.length) : undefined;
    if (rest === undefined || !(rest === '' || /^\.\d+$/.test(rest))) continue;
    const file = path.join(folder, entry);
    if (except.has(file)) continue;
    try {
      const outbox = claimFile(file, options);
      if (outbox === 'locked') continue;
      options.logger.info({ file }, 'took over the outbox of a process that is gone');
      adopted.push(outbox);
    } catch (error) {
      options.logger.warn(
        { file, problem: messageOf(error) },
        'an outbox that was left over cannot be opened',
      );
    }
  }
  return adopted;
}

function claimFile(file: string, options: ClaimOptions): Outbox | 'locked' {
  try {
    return openOutbox(file, options);
  } catch (error) {
    const problem = sqliteProblem(error);
    if (problem === 'locked') return 'locked';
    if (problem !== 'corrupt') throw error;
    const aside = setAsideCorrupt(file, options.nowMs());
    options.logger.error(
      { file, aside, problem: messageOf(error) },
      'the outbox is corrupt; it was set aside and a new one begun; what it held may be lost',
    );
    return openOutbox(file, options);
  }
}
