import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siteOf } from './cross-site.ts';

test('what the browser says of itself decides, then the origin, and no browser says neither', () => {
  const cases: readonly (readonly [headers: Parameters<typeof siteOf>[0], site: string])[] = [
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, 'same'],
    [{ 'sec-fetch-site': 'none' }, 'same'],
    [{ 'sec-fetch-site': 'same-site' }, 'other'],
    [{ 'sec-fetch-site': 'cross-site', origin: 'http://tasks.example:8080' }, 'other'],
    [{ 'sec-fetch-site': ['same-origin', 'cross-site'] }, 'other'],
    [{ origin: 'http://tasks.example:8080' }, 'same'],
    [{ origin: 'http://tasks.example' }, 'other'],
    [{ origin: 'http://evil.example' }, 'other'],
    [{ origin: 'null' }, 'other'],
    [{ origin: '' }, 'other'],
    [{}, 'unknown'],
  ];
  for (const [headers, site] of cases) {
    assert.equal(siteOf(headers, 'Tasks.example:8080'), site, JSON.stringify(headers));
  }
});
