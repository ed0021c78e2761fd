import type { Command, CommandEntry, CommandOption } from './command.ts';
import { findCommand } from './find-command.ts';

/**
 * What may stand in place of the last word, given the words before it (without `taskwire`). The scripts that
 * `taskwire completion` writes ask this, so that they hold nothing that could become stale.
 */
export function complete(entries: readonly CommandEntry[], words: readonly string[]): readonly string[] {
  const before = words.slice(0, -1);
  const begun = words.at(-1) ?? '';
  return candidatesAfter(entries, before).filter((candidate) => candidate.startsWith(begun));
}

function candidatesAfter(entries: readonly CommandEntry[], before: readonly string[]): readonly string[] {
  const [first, ...rest] = before;
  if (first === undefined) return [...entries.map(({ name }) => name), '--help', '--version'];
  if (first === 'help') return rest.length === 0 ? entries.map(({ name }) => name) : [];
  const found = findCommand(entries, before);
  if (found.kind === 'nothing') return [];
  if (found.kind === 'group') return [...found.group.commands.map(({ name }) => name), '--help'];
  return candidatesOf(found.command, found.rest);
}

function candidatesOf({ options, takes }: Command, before: readonly string[]): readonly string[] {
  const asked = options[before.at(-1)?.replace(/^--/, '') ?? ''];
  if (asked?.type === 'string' && before.at(-1)?.startsWith('--') === true) return asked.choices ?? [];
  const free = Object.entries(options).filter(
    ([name, option]) => isRepeatable(option) || !before.includes(`--${name}`),
  );
  // Words that the command itself takes from a fixed choice are written as `bash|zsh|fish`.
  const words = takes.includes('|') && before.length === 0 ? takes.replaceAll(/[<>]/g, '').split('|') : [];
  return [...words, ...free.map(([name]) => `--${name}`), '--help'];
}

const isRepeatable = ({ multiple }: CommandOption): boolean => multiple === true;
