import type { ParseArgsOptionsConfig } from 'node:util';

/** One word after `taskwire`. The code of a command is loaded when it runs. */
export interface Command {
  readonly name: string;
  /** What comes after the name, such as `<task_request_id> <status>`. */
  readonly takes: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** @returns the exit code. @throws TaskwireError whose message is the one line for standard error */
  run(input: CommandInput): Promise<number>;
}

export type CommandOption = ParseArgsOptionsConfig[string] & {
  readonly description: string;
  /** How its value is written in the help, such as `<n>`. */
  readonly value?: string;
};

export interface CommandInput {
  readonly env: Environment;
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

export type Environment = Readonly<Record<string, string | undefined>>;
