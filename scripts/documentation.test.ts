import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('the documentation', () => {
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

  it('docs/runbooks/README.md leads to every runbook, by its title', () => {
    const folder = path.join(root, 'docs/runbooks');
    const list = readFileSync(path.join(folder, 'README.md'), 'utf8');
    for (const file of readdirSync(folder).filter((each) => each !== 'README.md')) {
      const [, title = '', alerts = ''] =
        /^# (.*) \((.*)\)\n/.exec(readFileSync(path.join(folder, file), 'utf8')) ?? [];
      assert.ok(list.includes(`[${title}](${file})`), file);
      for (const alert of alerts.split(', ')) assert.ok(list.includes(`\`${alert}\``), alert);
    }
  });
});
