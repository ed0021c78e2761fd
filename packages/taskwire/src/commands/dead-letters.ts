import { userInfo } from 'node:os';
import {
  createDeadLetterRepository,
  createTaskStatusService,
  type Database,
  DEAD_LETTER_REASONS,
  readSignatureCheck,
  type StoredDeadLetter,
} from '@taskwire/listener';
import { readSettings } from '@taskwire/protocol';
import { type CommandInput, EXIT } from '../command-line/command.ts';
import { isSet, parseWholeNumber, wholeNumberOf } from '../command-line/read-options.ts';
import { openDatabase } from '../database/open-database.ts';
import { clip, jsonText, oneLine } from '../terminal/one-line.ts';

const LIMIT = { min: 1, max: 10_000, fallback: 50 };

/** `taskwire dead-letters list`, on the database itself. */
export async function listDeadLetters({ env, options, terminal }: CommandInput): Promise<number> {
  const settings = readSettings(env);
  const reason = DEAD_LETTER_REASONS.find((known) => known === options.reason);
  const limit = wholeNumberOf(options, 'limit', LIMIT);
  return withDatabase(settings, async (database) => {
    const filter = reason === undefined ? {} : { reason };
    const letters = await createDeadLetterRepository(database).list(filter, { limit, before: null });
    for (const letter of letters) {
      terminal.line(isSet(options, 'json') ? jsonText(letter) : lineOf(letter));
    }
    if (letters.length === 0 && !isSet(options, 'json')) terminal.line('there are no dead letters');
  });
}

/** Everything in it may come from somebody who means no good. */
const lineOf = ({ id, received_at, reason, detail, replayed_at }: StoredDeadLetter): string => {
  const replayed = replayed_at === null ? '' : ` (replayed ${replayed_at})`;
  return `${String(id).padStart(6)}  ${received_at}  ${reason}  ${clip(oneLine(detail), 160)}${replayed}`;
};

/** `taskwire dead-letters replay <id>...` */
export async function replayDeadLetters(input: CommandInput): Promise<number> {
  const { terminal, options } = input;
  const settings = readSettings(input.env);
  const ids = input.positionals.map((id) =>
    parseWholeNumber('id', id, { min: 1, max: Number.MAX_SAFE_INTEGER }),
  );
  return withDatabase(settings, async (database) => {
    const service = createTaskStatusService(database, { signatures: readSignatureCheck(settings) });
    // So that an event whose part of the history is gone is refused here as everywhere.
    await service.maintain();
    const by = { actor: `${userInfo().username} (command line)`, role: 'operator', remote_address: null };
    for (const id of ids) {
      const { replayed, changes } = await service.replayDeadLetter(id, by);
      const changed = changes.map(
        ({ task_request_id, status }) => `${oneLine(task_request_id)} is ${status}`,
      );
      const words = replayed
        ? `replayed; ${changed.join(', ') || 'it changed no task'}`
        : 'had been replayed before';
      terminal.line(isSet(options, 'json') ? jsonText({ id, replayed, changes }) : `${id}: ${words}`);
    }
  });
}

async function withDatabase(
  settings: Parameters<typeof openDatabase>[0],
  work: (database: Database) => Promise<void>,
): Promise<number> {
  const database = await openDatabase(settings);
  try {
    await work(database);
    return EXIT.done;
  } finally {
    await database.close();
  }
}
