#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { runCommandLine } from './command-line/run-command-line.ts';

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

// Whoever reads us may go away (`| head`); that is no reason to die with a stack trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  env: process.env,
  version,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
});
