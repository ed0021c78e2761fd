import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import specs from '@asyncapi/specs';
import { readSettings, redisNames } from '@taskwire/protocol';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { asyncApiDocument } from './asyncapi-document.ts';

interface AsyncApiDocument {
  readonly channels: Readonly<
    Record<string, { readonly address: string; readonly messages: Readonly<Record<string, object>> }>
  >;
  readonly operations: Readonly<Record<string, { readonly channel: { readonly $ref: string } }>>;
  readonly components: { readonly messages: Readonly<Record<string, Message>> };
}

interface Message {
  readonly payload: object;
  readonly headers?: object;
  readonly examples: readonly { readonly payload: unknown }[];
}

const names = redisNames(readSettings({}));
const document = asyncApiDocument(names) as AsyncApiDocument;
const plain = JSON.parse(JSON.stringify(document));
const readJson = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

describe('the AsyncAPI document', () => {
  it('is what docs/asyncapi.json holds; where this fails run npm run generate', () => {
    assert.deepEqual(plain, readJson('../../../../docs/asyncapi.json'));
  });

  it('is valid by the schema of AsyncAPI 3', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
    addFormats.default(ajv);
    const check = ajv.compile(specs.schemas['3.0.0'] as object);
    assert.ok(check(plain), JSON.stringify(check.errors?.slice(0, 5), null, 2));
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(plain).matchAll(/"\$ref":"#([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    assert.ok(references.length > 20);
    for (const reference of references) {
      const target = reference
        .split('/')
        .slice(1)
        .reduce((place, key) => place?.[key], plain);
      assert.ok(target !== undefined, reference);
    }
  });

  it('has an example of every message, which its own schema accepts', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    for (const [name, { payload, examples }] of Object.entries(document.components.messages)) {
      const check = ajv.compile(payload);
      assert.ok(examples.length > 0, name);
      for (const example of examples)
        assert.ok(check(example.payload), `${name}: ${JSON.stringify(check.errors)}`);
    }
  });

  it('shows the golden events', () => {
    const { v0, v1 } = readJson('../../../protocol/vectors/base.json');
    const { eventV0, eventV1 } = document.components.messages;
    assert.deepEqual([eventV0?.examples[0]?.payload, eventV1?.examples[0]?.payload], [v0, v1]);
  });

  it('speaks of every name in Redis that is for others, under the names of the settings', () => {
    const others = redisNames(readSettings({ TASKWIRE_KEY_PREFIX: 'tenant:' }));
    for (const [used, made] of [
      [names, document],
      [others, asyncApiDocument(others) as AsyncApiDocument],
    ] as const) {
      const addresses = new Set(Object.values(made.channels).map(({ address }) => address));
      for (const name of Object.values(used)) assert.ok(addresses.has(name), name);
    }
  });
});
