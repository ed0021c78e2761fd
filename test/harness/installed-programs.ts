import { findChromium } from '../../scripts/setup/find-chromium.js';
import { findPostgresBinaries } from '../../scripts/setup/find-postgres.js';
import { findPythonForTests } from '../../scripts/setup/find-python.js';

/** The folder with `initdb` and `postgres`. @throws Error when PostgreSQL is not installed. */
export const postgresBinaries = (): string => found(findPostgresBinaries(), 'PostgreSQL 15 or newer');

/** A Python with what the tests import, Celery among it. @throws Error when there is none. */
export const pythonForTests = (): string => found(findPythonForTests(), 'Python 3 with Celery');

/** The browser that CHROMIUM names, or the one that is installed. @throws Error when there is none. */
export const chromiumForTests = (): string =>
  found(process.env.CHROMIUM || findChromium(), 'Chromium, and CHROMIUM names none');

function found(program: string | undefined, name: string): string {
  if (program === undefined)
    throw new Error(`there is no ${name}; node scripts/setup.js --for-tests installs it`);
  return program;
}
