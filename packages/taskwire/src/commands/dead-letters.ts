import {
  createDeadLetterRepository,
  createTaskStatusService,
  type Database,
  DEAD_LETTER_REASONS,
  type StoredDeadLetter,
} from '@taskwire/listener';
import { readSettings, shown, TaskwireError } from '@taskwire/protocol';
import type { CommandInput } from '../command-line/command.ts';
import { openDatabase } from '../database/open-database.ts';
import { clip, oneLine } from '../terminal/one-line.ts';

/** `taskwire dead-letters list | replay <id>...`, on the database itself. */
export async function deadLetters(input: CommandInput): Promise<number> {
  const settings = readSettings(input.env);
  const [what, ...ids] = input.positionals;
  const work =
    what === 'list' && ids.length === 0 ? list : what === 'replay' && ids.length > 0 ? replay : undefined;
  if (work === undefined) throw new TaskwireError('request_invalid', 'expected list, or replay <id>...');
  const job = work(input, ids);
  const database = await openDatabase(settings);
  try {
    await job(database);
    return 0;
  } finally {
    await database.close();
  }
}

const LIMIT = 50;
const LIMIT_MAX = 10_000;

function list({ options }: CommandInput): (database: Database) => Promise<void> {
  const reason = DEAD_LETTER_REASONS.find((known) => known === options.reason);
  if (options.reason !== undefined && reason === undefined) {
    const known = DEAD_LETTER_REASONS.join(', ');
    throw new TaskwireError(
      'request_invalid',
      `--reason: expected one of ${known}, got ${shown(options.reason)}`,
    );
  }
  const limit = options.limit === undefined ? LIMIT : wholeNumber('--limit', options.limit, LIMIT_MAX);
  return async (database) => {
    const filter = reason === undefined ? {} : { reason };
    const letters = await createDeadLetterRepository(database).list(filter, { limit, before: null });
    for (const letter of letters) {
      process.stdout.write(`${options.json === true ? JSON.stringify(letter) : lineOf(letter)}\n`);
    }
    if (letters.length === 0 && options.json !== true) process.stdout.write('there are no dead letters\n');
  };
}

/** Everything in it may come from somebody who means no good. */
const lineOf = ({ id, received_at, reason, detail, replayed_at }: StoredDeadLetter): string => {
  const replayed = replayed_at === null ? '' : ` (replayed ${replayed_at})`;
  return `${String(id).padStart(6)}  ${received_at}  ${reason}  ${clip(oneLine(detail), 160)}${replayed}`;
};

function replay(_input: CommandInput, given: readonly string[]): (database: Database) => Promise<void> {
  const ids = given.map((id) => wholeNumber('id', id, Number.MAX_SAFE_INTEGER));
  return async (database) => {
    const service = createTaskStatusService(database);
    // So that an event whose part of the history is gone is refused here as everywhere.
    await service.maintain();
    for (const id of ids) {
      const { replayed, changes } = await service.replayDeadLetter(id);
      const changed = changes.map(
        ({ task_request_id, status }) => `${oneLine(task_request_id)} is ${status}`,
      );
      const words = replayed
        ? `replayed; ${changed.join(', ') || 'it changed no task'}`
        : 'had been replayed before';
      process.stdout.write(`${id}: ${words}\n`);
    }
  };
}

function wholeNumber(name: string, given: string | boolean, max: number): number {
  const number = typeof given === 'string' && /^\d{1,16}$/.test(given) ? Number(given) : 0;
  if (number >= 1 && number <= max) return number;
  throw new TaskwireError(
    'request_invalid',
    `${name}: expected a whole number from 1 to ${max}, got ${shown(given)}`,
  );
}
