import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageFor } from './page.ts';

const HTML = '<html><head><script nonce="NONCE"></script><script src="./assets/a.js"></script></head></html>';

test('a page finds its files and its root from wherever it is, whatever stands before that', () => {
  for (const [path, prefix] of [
    ['/', ''],
    ['/tasks', ''],
    ['/tasks/a%2Fb', '/some/prefix'],
    ['/a/b/c/', '/prefix'],
  ] as const) {
    const page = pageFor(HTML, path, 'n');
    const found = (pattern: RegExp) =>
      new URL(pattern.exec(page)?.[1] ?? '', `http://host${prefix}${path}`).pathname;
    assert.equal(found(/name="taskwire-root" content="([^"]+)"/), `${prefix}/`);
    assert.equal(found(/src="([^"]+)"/), `${prefix}/assets/a.js`);
  }
});

test('what stands in the page itself carries the nonce of the answer', () => {
  assert.match(pageFor(HTML, '/', 'abc'), /<script nonce="abc">/);
});
