import { spawnSync } from 'node:child_process';

/** Running Python on every call would take longer than most of what asks for it. @type {Map<string, string | undefined>} */
const found = new Map();

/**
 * A Python that has these modules. The one on PATH need not be the one that the distribution installs modules for.
 * @param {readonly string[]} modules
 */
function findPythonWith(modules) {
  const code = `import ${modules.join(', ')}`;
  if (found.get(code) === undefined) {
    const python = ['python3', '/usr/bin/python3', '/usr/local/bin/python3'].find(
      (candidate) => spawnSync(candidate, ['-c', code], { stdio: 'ignore' }).status === 0,
    );
    found.set(code, python);
  }
  return found.get(code);
}

/** What the tests of the Python client need. */
export const findPythonForTests = () =>
  findPythonWith([
    'redis',
    'celery',
    'gevent',
    'eventlet',
    'sqlalchemy',
    'psycopg2',
    'fastapi',
    'uvicorn',
    'mypy',
    'setuptools',
    'wheel',
  ]);
