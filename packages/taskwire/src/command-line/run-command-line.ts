import { messageOf, TaskwireError } from '@taskwire/protocol';
import { oneLine } from '../terminal/one-line.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type Command, type Environment, EXIT } from './command.ts';
import { COMMANDS } from './commands.ts';
import { complete } from './complete.ts';
import { findCommand } from './find-command.ts';
import { commandHelp, generalHelp, groupHelp } from './help.ts';
import { readArguments } from './read-arguments.ts';

export interface CommandLine {
  readonly arguments: readonly string[];
  readonly env: Environment;
  readonly version: string;
  readonly terminal: Terminal;
}

const HELP = new Set(['--help', '-h', 'help']);

/** Runs what the arguments say. What goes wrong is one line on standard error. @returns the exit code */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const { terminal } = line;
  const [name, ...rest] = line.arguments;
  if (name === '--version' || name === '-v') {
    terminal.line(line.version);
    return EXIT.done;
  }
  if (name === '__complete') {
    for (const candidate of complete(COMMANDS, rest)) terminal.line(candidate);
    return EXIT.done;
  }
  const asksForHelp = name !== undefined && HELP.has(name);
  const words = asksForHelp ? rest : line.arguments;
  if (words.length === 0) {
    terminal.line(generalHelp(COMMANDS));
    return asksForHelp ? EXIT.done : EXIT.notUnderstood;
  }
  const found = findCommand(COMMANDS, words);
  if (found.kind === 'nothing') {
    terminal.note(found.problem);
    return EXIT.notUnderstood;
  }
  if (found.kind === 'group') {
    const isHelp = asksForHelp || HELP.has(found.rest[0] ?? '');
    if (isHelp) terminal.line(groupHelp(found.group));
    else terminal.note(`taskwire ${found.group.name}: expected one of ${namesOf(found.group.commands)}`);
    return isHelp ? EXIT.done : EXIT.notUnderstood;
  }
  return runCommand(found.command, found.path, asksForHelp ? ['--help'] : found.rest, line);
}

async function runCommand(
  command: Command,
  path: string,
  words: readonly string[],
  { env, terminal }: CommandLine,
): Promise<number> {
  try {
    const read = readArguments(command, words);
    if (read === 'help') {
      terminal.line(commandHelp(command, path));
      return EXIT.done;
    }
    return await command.run({ env, terminal, ...read });
  } catch (error) {
    terminal.note(`taskwire ${path}: ${oneLine(messageOf(error))}`);
    if (error instanceof TaskwireError)
      return error.code === 'request_invalid' ? EXIT.notUnderstood : EXIT.failed;
    // What nobody foresaw is a fault of ours: those who look for it need to see where.
    if (env.LOG_LEVEL === 'debug') terminal.note(String((error as Error).stack));
    return EXIT.failed;
  }
}

const namesOf = (commands: readonly Command[]): string => commands.map(({ name }) => name).join(', ');
