import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Compile from 'typebox/compile';
import { EVENT_V0_FIELDS, EVENT_V1_FIELDS, isEventV0, isEventV1 } from '../src/event-checks.ts';
import { EventV0Schema, EventV1Schema } from '../src/event-schema.ts';
import { fieldProblem } from '../src/field-problem.ts';
import { eventChecksSource } from './event-checks-source.ts';
import { eventVectors } from './vectors.ts';

/** The linter's layout of the file says nothing. */
const bare = (source: string): string => source.replaceAll(/[\s"'(),]/g, '');

test('the checked-in checks are those of event-schema.ts; if not, run npm run generate', () => {
  const file = readFileSync(new URL('../src/event-checks.ts', import.meta.url), 'utf8');
  assert.equal(bare(file), bare(eventChecksSource()));
});

test('decoding an event does not load typebox', () => {
  const program = `
    const loaded = [];
    const { registerHooks } = await import('node:module');
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    await import('./index.ts');
    process.stdout.write(loaded.filter((url) => url.includes('/typebox/')).join(' '));`;
  const node = ['--conditions=taskwire-source', '--input-type=module', '--eval', program];
  const cwd = fileURLToPath(new URL('../src', import.meta.url));
  assert.equal(execFileSync(process.execPath, node, { cwd, encoding: 'utf8' }), '');
});

describe('the generated checks, and typebox at work, agree on', () => {
  const versions = [
    { name: 'version 0', is: isEventV0, fields: EVENT_V0_FIELDS, validator: Compile(EventV0Schema) },
    { name: 'version 1', is: isEventV1, fields: EVENT_V1_FIELDS, validator: Compile(EventV1Schema) },
  ];
  for (const vector of eventVectors()) {
    if (vector.schemaAccepts === undefined) continue;
    const value = JSON.parse(new TextDecoder().decode(vector.payload));
    for (const { name, is, fields, validator } of versions) {
      it(`${vector.group}/${vector.name} as ${name}`, () => {
        assert.equal(is(value), validator.Check(value));
        const [problem] = validator.Errors(value);
        if (problem === undefined || typeof value !== 'object' || value === null || Array.isArray(value))
          return;
        const field = problem.instancePath.split('/')[1];
        const words = fieldProblem(fields, value);
        if (problem.keyword === 'required') assert.match(words, /: missing$/);
        else assert.ok(words.startsWith(`${field}: expected `), words);
      });
    }
  }
});
