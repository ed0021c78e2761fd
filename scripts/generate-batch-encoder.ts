/**
 * Compiles the encoder of batches to WebAssembly. The compiler is not among our dependencies, since it is a hundred
 * megabytes and wanted when those files change; npm fetches it. A test makes sure that what is kept belongs to its sources.
 */
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILER = 'assemblyscript@0.28.20';
const folder = fileURLToPath(new URL('../packages/listener', import.meta.url));
const assembly = path.join(folder, 'assembly');
const output = path.join(folder, 'src', 'store', 'batch-encoder.wasm');

const PAGES = { first: 32, most: 1_024 };

const { status } = spawnSync(
  'npm',
  [
    ...['exec', '--yes', `--package=${COMPILER}`, '--', 'asc', 'batch-encoder.ts', '--baseDir', assembly],
    ...['--outFile', path.relative(assembly, output), '-O3', '--runtime', 'stub', '--noAssert'],
    ...['--initialMemory', String(PAGES.first), '--maximumMemory', String(PAGES.most)],
  ],
  { cwd: folder, stdio: 'inherit' },
);
if (status === 0) {
  const sources = readdirSync(assembly).sort();
  const print = hash(
    'sha256',
    sources.map((file) => readFileSync(path.join(assembly, file), 'utf8')).join(''),
    'hex',
  );
  writeFileSync(output, Buffer.concat([readFileSync(output), customSection('source-sha256', print)]));
}
process.exitCode = status ?? 1;

/** A section that means nothing to the machine, behind all others. Both texts are shorter than 128 bytes. */
function customSection(name: string, content: string): Buffer {
  const body = Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from(content)]);
  return Buffer.concat([Buffer.from([0, body.length]), body]);
}
