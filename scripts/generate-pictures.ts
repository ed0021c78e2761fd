// Writes the drawings of docs/how-it-works.md, in each language. Run it after changing pictures.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PICTURES } from './documentation/pictures.ts';
import { ROOT } from './documentation/repository-files.ts';

for (const [language, folder] of [
  ['en', 'docs/images'],
  ['zh', 'docs/zh/images'],
] as const) {
  mkdirSync(path.join(ROOT, folder), { recursive: true });
  for (const [name, draw] of Object.entries(PICTURES)) {
    writeFileSync(path.join(ROOT, folder, `${name}.svg`), draw(language));
  }
}
