import type { ParseArgsOptionsConfig } from 'node:util';
import type { Terminal } from '../terminal/terminal.ts';

/** What comes after `taskwire`: a command, or a word that several commands begin with. */
export type CommandEntry = Command | CommandGroup;

export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly Command[];
}

/** One command. Its code is loaded when it runs. */
export interface Command {
  readonly name: string;
  /** What comes after the name: nothing, `<id>`, `<id> <status>`, or `<id>...` for one or more, `[<id>...]` for any number. */
  readonly takes: string;
  readonly summary: string;
  /** What the summary leaves out, for the help of this command. */
  readonly details?: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Exit codes that are not the same for every command. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  readonly examples?: readonly string[];
  /** @returns the exit code. @throws TaskwireError whose message is the one line for standard error */
  run(input: CommandInput): Promise<number>;
}

export type CommandOption = ParseArgsOptionsConfig[string] & {
  readonly description: string;
  /** How its value is written in the help, such as `<n>`. */
  readonly value?: string;
  /** The only values that it takes. */
  readonly choices?: readonly string[];
};

export interface CommandInput {
  readonly env: Environment;
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OptionValue | undefined>>;
  readonly terminal: Terminal;
}

export type OptionValue = string | boolean | readonly (string | boolean)[];

export type Environment = Readonly<Record<string, string | undefined>>;

/** The same for every command. */
export const EXIT = { done: 0, failed: 1, notUnderstood: 2, interrupted: 130 } as const;
