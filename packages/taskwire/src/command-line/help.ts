import type { Command, CommandEntry, CommandGroup, CommandOption } from './command.ts';
import { HELP_OPTION } from './read-arguments.ts';

export function generalHelp(entries: readonly CommandEntry[]): string {
  return [
    'Carries every status change of every task from workers to the database: once, in order, provably.',
    '',
    'Usage: taskwire <command> [options]',
    '',
    ...listed(entries),
    '',
    'taskwire <command> --help says more. Settings come from the environment; see docs/settings.md.',
  ].join('\n');
}

export function groupHelp(group: CommandGroup): string {
  return [
    `taskwire ${group.name}: ${group.summary}`,
    '',
    `Usage: taskwire ${group.name} <command> [options]`,
    '',
    ...listed(group.commands),
    '',
    `taskwire ${group.name} <command> --help says more.`,
  ].join('\n');
}

/** @param path the words that call it, such as `tasks list` */
export function commandHelp(command: Command, path: string): string {
  const options = Object.entries({ ...command.options, help: HELP_OPTION as CommandOption }).map(
    ([name, option]) => [written(name, option), described(option)] as const,
  );
  const exitCodes = Object.entries(command.exitCodes ?? {});
  return [
    `taskwire ${path}: ${command.summary}`,
    ...(command.details === undefined ? [] : ['', command.details]),
    '',
    `Usage: ${usage(command, path)}`,
    '',
    ...columns(options),
    ...(exitCodes.length > 0 ? ['', 'Exit codes:', ...columns(exitCodes)] : []),
    ...(command.examples === undefined
      ? []
      : ['', 'Examples:', ...command.examples.map((example) => `  ${example}`)]),
  ].join('\n');
}

export const usage = ({ takes }: Command, path: string): string =>
  `taskwire ${path}${takes === '' ? '' : ` ${takes}`} [options]`;

export const written = (name: string, { value, short }: CommandOption): string =>
  `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;

export const described = ({ description, choices, multiple }: CommandOption): string => {
  const values = choices === undefined ? '' : `: ${choices.join(', ')}`;
  return `${description}${values}${multiple === true ? ' (may be given several times)' : ''}`;
};

const listed = (entries: readonly CommandEntry[]): readonly string[] =>
  columns(entries.map(({ name, summary }) => [name, summary] as const));

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([text]) => text.length));
  return rows.map(([text, words]) => `  ${text.padEnd(width)}  ${words}`);
}
