import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EventV1Schema } from '../packages/protocol/src/json-schema.ts';
import { eventReference } from './event-reference.ts';

const read = (path: string): string => readFileSync(new URL(`../docs/${path}`, import.meta.url), 'utf8');

test('docs/events.md is the one of the schema and of docs/asyncapi.json; if not, run npm run generate', () => {
  const page = read('events.md');
  assert.equal(page, eventReference(JSON.parse(read('asyncapi.json'))));
  for (const field of Object.keys(EventV1Schema.properties))
    assert.ok(page.includes(`| \`${field}\` |`), field);
});
