#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCommandLine } from './command-line/run-command-line.ts';
import { createTerminal } from './terminal/terminal.ts';

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

/** For what is still in hand when a command is done, such as a connection to a Redis that does not answer. */
const DRAIN_MS_MAX = 500;

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  env: process.env,
  version,
  terminal: createTerminal(process),
});
// Only where something is left that would keep us; it is no reason to stay.
setTimeout(() => process.exit(), DRAIN_MS_MAX).unref();
