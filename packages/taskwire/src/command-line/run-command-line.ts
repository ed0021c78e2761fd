import { parseArgs } from 'node:util';
import { messageOf, TaskwireError } from '@taskwire/protocol';
import { oneLine } from '../terminal/one-line.ts';
import type { Command, CommandInput, Environment } from './command.ts';
import { COMMANDS } from './commands.ts';
import { commandHelp, generalHelp } from './help.ts';

export interface CommandLine {
  readonly arguments: readonly string[];
  readonly env: Environment;
  readonly version: string;
  out(text: string): void;
  err(text: string): void;
}

/** What a shell expects of a call that was not understood. */
const EXIT_NOT_UNDERSTOOD = 2;
const EXIT_FAILED = 1;

/** Runs what the arguments say. What goes wrong is one line on standard error. @returns the exit code */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const [name, ...rest] = line.arguments;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    line.out(generalHelp(COMMANDS));
    return name === undefined ? EXIT_NOT_UNDERSTOOD : 0;
  }
  if (name === '--version' || name === '-v') {
    line.out(line.version);
    return 0;
  }
  const command = COMMANDS.find((known) => known.name === name);
  if (command === undefined) {
    line.err(`taskwire: ${oneLine(JSON.stringify(name))} is no command; taskwire --help lists them`);
    return EXIT_NOT_UNDERSTOOD;
  }
  const input = readArguments(command, rest, line);
  if (input === 'help') {
    line.out(commandHelp(command));
    return 0;
  }
  if (typeof input === 'string') {
    line.err(`taskwire ${name}: ${oneLine(input)}`);
    return EXIT_NOT_UNDERSTOOD;
  }
  try {
    return await command.run(input);
  } catch (error) {
    line.err(`taskwire ${name}: ${oneLine(messageOf(error))}`);
    // What nobody foresaw is a fault of ours: those who look for it need to see where.
    if (!(error instanceof TaskwireError) && line.env.LOG_LEVEL === 'debug')
      line.err(String((error as Error).stack));
    return EXIT_FAILED;
  }
}

function readArguments(
  command: Command,
  given: readonly string[],
  { env }: CommandLine,
): CommandInput | 'help' | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help === true) return 'help';
    if (command.takes === '' && positionals.length > 0) return `${positionals[0]} is not expected here`;
    return { env, positionals, options: values as CommandInput['options'] };
  } catch (error) {
    return messageOf(error);
  }
}
