import { parseArgs } from 'node:util';
import { messageOf, nearest, shown, TaskwireError } from '@taskwire/protocol';
import type { Command, CommandInput, CommandOption, OptionValue } from './command.ts';
import { slipsMax } from './find-command.ts';

/** What each command understands besides its own options. */
export const HELP_OPTION = { type: 'boolean', short: 'h', description: 'show this help' } as const;

/**
 * The words after a command as its options and the rest.
 * @returns 'help' where that is asked for
 * @throws TaskwireError `request_invalid` where they do not fit
 */
export function readArguments(
  command: Command,
  words: readonly string[],
): Pick<CommandInput, 'options' | 'positionals'> | 'help' {
  const { values, positionals } = parse(command, words);
  if (values.help === true) return 'help';
  for (const [name, option] of Object.entries(command.options)) checkChoice(name, option, values[name]);
  checkTakes(command.takes, positionals);
  return { options: values, positionals };
}

function parse(command: Command, words: readonly string[]) {
  try {
    const parsed = parseArgs({
      args: [...words],
      options: { ...command.options, help: HELP_OPTION },
      allowPositionals: true,
    });
    return {
      values: parsed.values as Record<string, OptionValue | undefined>,
      positionals: parsed.positionals,
    };
  } catch (error) {
    const unknown = /^Unknown option '(-[^']*)'/.exec(messageOf(error))?.[1];
    const problem = unknown === undefined ? messageOf(error) : unknownOption(command, unknown);
    throw new TaskwireError('request_invalid', problem);
  }
}

function unknownOption(command: Command, given: string): string {
  const known = [...Object.keys(command.options), 'help'].map((name) => `--${name}`);
  const meant = nearest(given, known, slipsMax(given.replace(/^-+/, '')));
  const advice = meant === undefined ? `--help lists them` : `did you mean ${meant}?`;
  return `${shown(given).slice(1, -1)} is no option of this command; ${advice}`;
}

function checkChoice(name: string, { choices }: CommandOption, given: OptionValue | undefined): void {
  if (choices === undefined || given === undefined) return;
  for (const value of [given].flat()) {
    if (typeof value === 'string' && choices.includes(value)) continue;
    const expected = `--${name}: expected one of ${choices.join(', ')}, got ${shown(value)}`;
    throw new TaskwireError('request_invalid', expected);
  }
}

function checkTakes(takes: string, given: readonly string[]): void {
  const words = takes === '' ? [] : takes.split(' ');
  const needed = words.filter((word) => !word.startsWith('[')).length;
  const isOpenEnded = /\.\.\.\]?$/.test(takes);
  if (given.length >= needed && (isOpenEnded || given.length <= words.length)) return;
  const problem = words.length === 0 ? `${shown(given[0])} is not expected here` : `expected ${takes}`;
  throw new TaskwireError('request_invalid', problem);
}
