import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { postgresBinaries } from './installed-programs.ts';
import { createOwnedDirectory } from './owned-directory.ts';
import { userForPostgres } from './system-user.ts';

export const SUPERUSER = 'postgres';
/** The owner of each test's database: what taskwire runs as, with the rights of an application, not of a superuser. */
export const APPLICATION_ROLE = 'taskwire';

const run = promisify(execFile);
const TEMPLATE_VARIABLE = 'TEST_POSTGRES_TEMPLATE';
let template: Promise<string> | undefined;

/** The data folder that each server starts as a copy of; made once for all processes of a test run. */
function postgresTemplate(): Promise<string> {
  const ofTheRun = process.env[TEMPLATE_VARIABLE];
  template ??= ofTheRun === undefined ? createTemplate() : Promise.resolve(ofTheRun);
  return template;
}

/** Copies the template to `directory`, which must not exist yet and becomes a server's data folder. */
export async function copyPostgresTemplate(directory: string): Promise<void> {
  await run('cp', ['-a', await postgresTemplate(), directory], { ...userForPostgres() });
}

/** Makes the template here, and has the processes that we start from now on use it. */
export async function sharePostgresTemplate(): Promise<void> {
  process.env[TEMPLATE_VARIABLE] = await postgresTemplate();
}

async function createTemplate(): Promise<string> {
  const user = userForPostgres();
  const data = path.join(createOwnedDirectory('postgres-template', user), 'data');
  const binaries = postgresBinaries();
  const options = { ...user, cwd: path.dirname(data) };
  await run(
    path.join(binaries, 'initdb'),
    [
      '-D',
      data,
      '-U',
      SUPERUSER,
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-locale',
      '--no-sync',
      '--no-instructions',
    ],
    options,
  );
  const singleUser = run(
    path.join(binaries, 'postgres'),
    ['--single', '-F', '-D', data, 'postgres'],
    options,
  );
  singleUser.child.stdin?.end(`create role ${APPLICATION_ROLE} login createdb\n`);
  await singleUser;
  return data;
}
