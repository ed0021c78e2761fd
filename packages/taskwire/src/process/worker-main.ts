import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Settings, TaskwireError } from '@taskwire/protocol';

/**
 * The file that runs as worker: the one that TASKWIRE_WORKER_MAIN names, or else the worker of this repository. It is
 * never imported, only run: a worker image carries no web server, and a web image none of the tasks.
 * @throws TaskwireError `setting_invalid` where there is none
 */
export function findWorkerMain(settings: Pick<Settings, 'workerMain'>): string {
  if (settings.workerMain !== undefined) {
    const named = path.resolve(settings.workerMain);
    if (existsSync(named)) return named;
    throw new TaskwireError('setting_invalid', `TASKWIRE_WORKER_MAIN: there is no file ${named}`);
  }
  // Built code runs the built worker, sources the sources.
  const ours = import.meta.url.endsWith('.ts') ? 'src/main.ts' : 'dist/main.js';
  const main = fileURLToPath(new URL(`../../../../apps/worker/${ours}`, import.meta.url));
  if (existsSync(main)) return main;
  throw new TaskwireError(
    'setting_invalid',
    'TASKWIRE_WORKER_MAIN: expected the file of your worker, since the one with the nine tasks is not part of this package',
  );
}
