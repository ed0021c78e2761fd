import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { knownSettings } from '../packages/protocol/src/settings/known-settings.ts';
import { pythonClientCopies } from './python-client-copies.ts';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

describe('the Python client', () => {
  for (const [source, copy] of pythonClientCopies) {
    it(`has ${source} as it is; if not, run npm run generate`, () => {
      assert.equal(read(copy), read(source));
    });
  }

  it('knows the settings as they are; if not, run npm run generate', () => {
    assert.equal(read('clients/python/src/taskwire/known_settings.json'), knownSettings());
  });
});
