import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withTables } from './api-tables.ts';

const read = (path: string): string => readFileSync(new URL(`../docs/${path}`, import.meta.url), 'utf8');

test('docs/api.md has every problem and every operation; where this fails run npm run generate', () => {
  const page = read('api.md');
  assert.equal(page, withTables(page, JSON.parse(read('openapi.json'))));
  for (const row of ['| `task_exists` | 409 |', '| `POST /api/v1/tasks/{task_request_id}/rerun` |']) {
    assert.ok(page.includes(row), row);
  }
});
