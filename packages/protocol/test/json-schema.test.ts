import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { eventJsonSchema } from '../src/json-schema.ts';
import { eventVectors } from './vectors.ts';

const file = JSON.parse(readFileSync(new URL('../schema/event.schema.json', import.meta.url), 'utf8'));

test('the checked-in JSON Schema is the one of event.ts; if not, run npm run generate', () => {
  assert.deepEqual(file, JSON.parse(JSON.stringify(eventJsonSchema())));
});

describe('a validator that knows nothing but the JSON Schema agrees on', () => {
  const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(file);
  for (const vector of eventVectors()) {
    if (vector.schemaAccepts === undefined) continue;
    it(`${vector.group}/${vector.name}`, () => {
      const value: unknown = JSON.parse(new TextDecoder().decode(vector.payload));
      assert.equal(validate(value), vector.schemaAccepts, JSON.stringify(validate.errors));
    });
  }
});
