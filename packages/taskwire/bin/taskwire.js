#!/usr/bin/env node
// Installed, the command is the built code beside this file. In the repository there is none (or an old one): there the
// sources run, by the Node of the repository.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = new URL('../src/main.ts', import.meta.url);

if (existsSync(source)) {
  const ours = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
  const node = existsSync(ours) ? ours : process.execPath;
  const child = spawn(
    node,
    ['--conditions=taskwire-source', fileURLToPath(source), ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  // Ctrl-C reaches both of us; what it means is for the command to say.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
  }
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
} else {
  await import(new URL('../dist/main.js', import.meta.url).href);
}
