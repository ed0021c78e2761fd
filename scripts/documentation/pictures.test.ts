import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { PICTURES } from './pictures.ts';
import { ROOT } from './repository-files.ts';

test('the drawings are those of pictures.ts, in both languages; if not, run npm run generate', () => {
  for (const [name, draw] of Object.entries(PICTURES)) {
    const read = (folder: string): string => readFileSync(path.join(ROOT, folder, `${name}.svg`), 'utf8');
    assert.equal(read('docs/images'), draw('en'));
    assert.equal(read('docs/zh/images'), draw('zh'));
  }
});
