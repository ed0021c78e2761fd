export type { Command, CommandInput, Environment } from './command-line/command.ts';
export { type CommandLine, runCommandLine } from './command-line/run-command-line.ts';
