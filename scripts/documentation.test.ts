import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
];

describe('the documentation', () => {
  for (const page of pages) {
    it(`${page} shows of the examples only what is in them`, () => {
      const text = readFileSync(path.join(root, page), 'utf8');
      const blocks = text.matchAll(/^( *)```(?:ts|python)\n *(?:\/\/|#) (examples\/\S+)\n(.*?)^ *```$/gms);
      for (const [, indent = '', file = '', code = ''] of blocks) {
        const example = readFileSync(path.join(root, file), 'utf8');
        const asWritten = code.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trim();
        // Between two empty lines something may be left out.
        for (const part of asWritten.split('\n\n')) {
          assert.ok(example.includes(part), `${file} has no longer:\n${part}`);
        }
      }
    });
  }

  it('docs/guarantees.md speaks of every fault from F1 to F41, once and in order', () => {
    const text = readFileSync(path.join(root, 'docs/guarantees.md'), 'utf8');
    const faults = [...text.matchAll(/^\| F(\d+) \|/gm)].map((match) => Number(match[1]));
    assert.deepEqual(
      faults,
      Array.from({ length: 41 }, (_, index) => index + 1),
    );
  });

  it('docs/security.md names for each line a test that is there', () => {
    const text = readFileSync(path.join(root, 'docs/security.md'), 'utf8');
    const rows = [...text.matchAll(/^\| .* \| \[[^\]]+\]\(\.\.\/([^)]+)\): “(.+)” \|$/gm)];
    const table = text.slice(text.indexOf('## Which test proves it'));
    assert.equal(rows.length, table.split('\n').filter((line) => line.startsWith('| ')).length - 1);
    for (const [, file = '', name = ''] of rows) {
      assert.ok(readFileSync(path.join(root, file), 'utf8').includes(name), `${file}: ${name}`);
    }
  });
});
