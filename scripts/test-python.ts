// The types and the unit tests of the Python client. They need no service; what does is in test/end-to-end and test/chaos.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findPythonForTests } from './setup/find-python.js';

const folder = fileURLToPath(new URL('../clients/python', import.meta.url));
const python = findPythonForTests();

function run(...pythonArguments: string[]): boolean {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'error::ResourceWarning' };
  return spawnSync(python ?? '', pythonArguments, { cwd: folder, env, stdio: 'inherit' }).status === 0;
}

if (python === undefined) {
  console.error(
    'There is no Python with Celery, mypy and what they need; npm run setup -- --for-tests installs it',
  );
  process.exitCode = 1;
} else if (
  !run('-m', 'mypy', '--cache-dir', '../../node_modules/.cache/mypy') ||
  !run('-m', 'unittest', 'discover', '--top-level-directory', '.', '--start-directory', 'tests')
) {
  process.exitCode = 1;
}
