#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { startWithinLimits } from './process/memory-limits.ts';

// Before anything else is loaded: it would be loaded twice.
startWithinLimits();
const { runCommandLine } = await import('./command-line/run-command-line.ts');
const { createTerminal } = await import('./terminal/terminal.ts');

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
