import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonForTests, type StartedProcess, startProgram } from '@taskwire/test-harness';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where Python finds the client, as if it were installed. */
export const CLIENT = path.join(ROOT, 'clients/python/src');

/** What a page of the documentation tells its reader to do. */
export interface Recipe {
  /** The code blocks in one language, without the indentation of the list that they are in. */
  blocks(language: string): readonly string[];
  /**
   * Runs the command that has this in it, in a folder of the repository. Settings that stand before it give way to those
   * that are handed in.
   */
  run(
    command: string,
    folder: string,
    env: Readonly<Record<string, string>>,
    more?: string,
  ): Promise<StartedProcess>;
}

/** The Node that runs this; `celery`, `python` and the like of the Python that has what is needed. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/^npx node /, `${process.execPath} `],
  [/^python /, `${pythonForTests()} `],
  [/^(celery|uvicorn) /, `${pythonForTests()} -m $1 `],
];

export function openRecipe(page: string): Recipe {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  const blocks: Recipe['blocks'] = (language) =>
    [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))].map(
      ([, indent = '', code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trim(),
    );
  return {
    blocks,
    run: (command, folder, env, more = '') => {
      const found = blocks('sh').find((block) => block.includes(command));
      assert.ok(found !== undefined, `${page} has no command ${command} …`);
      const [, settings = '', rest = ''] = /^((?:[A-Z_]+=\S+ )*)(.*)$/s.exec(found) ?? [];
      const own = Object.fromEntries(
        settings
          .trim()
          .split(' ')
          .map((each) => each.split('=', 2)),
      );
      const program = PROGRAMS.reduce((line, [name, real]) => line.replace(name, real), rest);
      const surroundings = { PYTHONPATH: CLIENT, PYTHONDONTWRITEBYTECODE: '1', ...own, ...env };
      // One command is the process itself, so that it can be told to stop; several are a script.
      const script = program.includes('\n') ? `set -e\n${program}` : `exec ${program} ${more}`;
      return startProgram('/bin/sh', ['-c', script], {
        cwd: path.join(ROOT, folder),
        env: surroundings,
      });
    },
  };
}
