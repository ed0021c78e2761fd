import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { signEvent, verifyEvent } from '../src/signature/event-signature.ts';

interface SignatureVectors {
  readonly keys: Readonly<Record<string, string>>;
  readonly sign: readonly {
    readonly name: string;
    readonly key_id: string;
    readonly payload: string;
    readonly signed: string;
  }[];
  readonly verify: readonly {
    readonly name: string;
    readonly known: readonly string[];
    readonly payload: string;
    readonly verdict: string;
  }[];
}

const file = new URL('../vectors/signatures/signatures.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as SignatureVectors;
const keyOf = (id: string) => createSecretKey(Buffer.from(vectors.keys[id] ?? '', 'base64'));

describe('golden vectors: signatures', () => {
  for (const { name, key_id, payload, signed } of vectors.sign) {
    it(`sign: ${name}`, () => {
      assert.equal(signEvent(payload, { id: key_id, key: keyOf(key_id) }), signed);
    });
  }
  for (const { name, known, payload, verdict } of vectors.verify) {
    it(`verify: ${name}`, () => {
      const keys = new Map(known.map((id) => [id, keyOf(id)]));
      assert.equal(verifyEvent(Buffer.from(payload), keys), verdict);
    });
  }
  it('every verdict has a vector', () => {
    assert.deepEqual([...new Set(vectors.verify.map(({ verdict }) => verdict))].sort(), [
      'invalid',
      'key_unknown',
      'missing',
      'valid',
    ]);
  });
});
