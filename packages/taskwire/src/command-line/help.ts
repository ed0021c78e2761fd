import type { Command, CommandOption } from './command.ts';

export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Carries every status change of every task from workers to the database: once, in order, provably.',
    '',
    'Usage: taskwire <command> [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'taskwire <command> --help says more. Settings come from the environment; see docs/settings.md.',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, option]) => [written(name, option), option] as const,
  );
  const width = Math.max(0, ...options.map(([text]) => text.length));
  const takes = command.takes === '' ? '' : ` ${command.takes}`;
  return [
    `taskwire ${command.name}: ${command.summary}`,
    '',
    `Usage: taskwire ${command.name}${takes}${options.length > 0 ? ' [options]' : ''}`,
    ...(options.length > 0 ? [''] : []),
    ...options.map(([text, { description }]) => `  ${text.padEnd(width)}  ${description}`),
  ].join('\n');
}

const written = (name: string, { value }: CommandOption): string =>
  `--${name}${value === undefined ? '' : ` ${value}`}`;
