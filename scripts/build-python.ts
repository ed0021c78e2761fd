/**
 * Writes the wheel and the source archive of the Python client to `clients/python/dist`, or to the folder that is named; of
 * another checkout's client where that is named too. They are built in a copy: what an earlier build left beside the sources would get into them. Needs setuptools and wheel, and
 * no network.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPythonForTests } from './setup/find-python.js';

const ours = fileURLToPath(new URL('../clients/python', import.meta.url));
const [output = path.join(ours, 'dist'), source = ours] = process.argv
  .slice(2)
  .map((folder) => path.resolve(folder));
const python = findPythonForTests();

const BUILD = `
import os, sys
from setuptools import build_meta
# setuptools puts arguments of its own into sys.argv.
output = sys.argv[1]
os.makedirs(output, exist_ok=True)
for build in (build_meta.build_sdist, build_meta.build_wheel):
    print("built", build(output))
`;

if (python === undefined) {
  console.error(
    'There is no Python with setuptools and wheel; npm run setup -- --for-tests installs what is needed',
  );
  process.exitCode = 1;
} else {
  const copy = mkdtempSync(path.join(tmpdir(), 'taskwire-wheel-'));
  try {
    for (const part of ['pyproject.toml', 'README.md', 'src']) {
      cpSync(path.join(source, part), path.join(copy, part), {
        recursive: true,
        filter: (file) => !/__pycache__|\.egg-info/.test(file),
      });
    }
    const built = spawnSync(python, ['-c', BUILD, output], { cwd: copy, encoding: 'utf8' });
    process.exitCode = built.status ?? 1;
    if (built.status === 0) process.stdout.write(built.stdout.replaceAll(/^(?!built ).*\n/gm, ''));
    else process.stderr.write(built.stdout + built.stderr);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
