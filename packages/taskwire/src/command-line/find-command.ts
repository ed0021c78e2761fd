import { nearest } from '@taskwire/protocol';
import { oneLine } from '../terminal/one-line.ts';
import type { Command, CommandEntry, CommandGroup } from './command.ts';

export type Found =
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly path: string;
      readonly rest: readonly string[];
    }
  | { readonly kind: 'group'; readonly group: CommandGroup; readonly rest: readonly string[] }
  | { readonly kind: 'nothing'; readonly problem: string };

/** Which command the words name. A word that names none gets the nearest one offered. */
export function findCommand(entries: readonly CommandEntry[], words: readonly string[]): Found {
  const [name = '', ...rest] = words;
  const entry = entries.find((each) => each.name === name);
  if (entry === undefined) return nothing(name, entries, 'taskwire');
  if (!('commands' in entry)) return { kind: 'command', command: entry, path: entry.name, rest };
  const [second] = rest;
  if (second === undefined || second.startsWith('-')) return { kind: 'group', group: entry, rest };
  const command = entry.commands.find((each) => each.name === second);
  if (command === undefined) return nothing(second, entry.commands, `taskwire ${entry.name}`);
  return { kind: 'command', command, path: `${entry.name} ${command.name}`, rest: rest.slice(1) };
}

function nothing(word: string, known: readonly CommandEntry[], prefix: string): Found {
  const meant = nearest(
    word,
    known.map(({ name }) => name),
    slipsMax(word),
  );
  const advice = meant === undefined ? '' : `; did you mean ${prefix} ${meant}?`;
  const problem = `${prefix}: ${oneLine(JSON.stringify(word.slice(0, 100)))} is no command${advice || `; ${prefix} --help lists them`}`;
  return { kind: 'nothing', problem };
}

/** Half of a short word changed is another word. */
export const slipsMax = (word: string): number => Math.min(3, Math.floor(word.length / 2));
