import { globSync } from 'node:fs';
import path from 'node:path';
import { findPythonForTests } from '../setup/find-python.js';
import { ReleaseRefusal } from './release-refusal.ts';
import { run } from './run.ts';

/**
 * Builds the wheel and the source archive of `checkout`, and imports what is in the wheel.
 * @returns their files
 */
export function buildWheel(
  root: string,
  checkout: string,
  output: string,
  scratch: string,
  version: string,
): readonly string[] {
  const python = findPythonForTests();
  if (python === undefined) {
    throw new ReleaseRefusal('there is no Python with setuptools and wheel: npm run setup -- --for-tests');
  }
  run('npm', ['run', '--silent', 'build:python', '--', output, path.join(checkout, 'clients/python')], {
    cwd: root,
  });
  const files = globSync(`taskwire-${version}{.tar.gz,-*.whl}`, { cwd: output });
  const wheel = files.find((file) => file.endsWith('.whl'));
  if (wheel === undefined || files.length !== 2) {
    throw new ReleaseRefusal(
      `expected a wheel and a source archive of ${version}, got ${files.join(', ') || 'nothing'}`,
    );
  }
  const unpacked = path.join(scratch, 'wheel');
  run(python, ['-m', 'zipfile', '-e', path.join(output, wheel), unpacked], { cwd: scratch });
  const shown = run(python, ['-c', 'import taskwire, taskwire.celery; print(taskwire.__version__)'], {
    cwd: scratch,
    env: { PYTHONPATH: unpacked, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (shown !== version) throw new ReleaseRefusal(`the wheel says that it is ${shown}, not ${version}`);
  return files.map((file) => path.join(output, file));
}
