import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { SIGNATURE_BYTES_MAX, signEvent, signingKeyId, verifyEvent } from './event-signature.ts';

const key = createSecretKey(randomBytes(32));
const keys = new Map([['k1', key]]);
const verdict = (text: string) => verifyEvent(Buffer.from(text), keys);
const object = fc
  .dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), { minKeys: 1 })
  .map((value) => JSON.stringify(value));

test('what was signed is valid, is still the same event, and is no longer than it may be', () => {
  fc.assert(
    fc.property(object, (text) => {
      const signed = signEvent(text, { id: 'k1', key });
      assert.equal(verdict(signed), 'valid');
      const { signature, ...rest } = JSON.parse(signed);
      assert.match(signature, /^k1:[\w-]{43}$/);
      const { signature: _, ...before } = JSON.parse(text);
      assert.deepEqual(rest, before);
    }),
  );
  const longest = signEvent('{"a":1}', { id: 'k'.repeat(64), key });
  assert.equal(longest.length - '{"a":1}'.length, SIGNATURE_BYTES_MAX);
  assert.equal(verifyEvent(Buffer.from(longest), new Map([['k'.repeat(64), key]])), 'valid');
});

test('no byte of a signed event can be changed, added or taken away', () => {
  const signed = signEvent('{"event_id":"x","sequence":7,"data":{"任务":"🚀"}}', { id: 'k1', key });
  const bytes = Buffer.from(signed);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
      const altered = Buffer.from(bytes);
      altered[at] = ((altered[at] ?? 0) + difference) % 256;
      const before = Buffer.from(signed.slice(-45, -2), 'base64url');
      const after = Buffer.from(altered.toString('latin1').slice(-45, -2), 'base64url');
      // The last character of the base64 has two bits that say nothing.
      fc.pre(at !== bytes.length - 3 || !before.equals(after));
      assert.notEqual(verifyEvent(altered, keys), 'valid');
    }),
    { numRuns: 500 },
  );
  for (const altered of [`${signed} `, ` ${signed}`, signed.slice(1), signed.replace('{', '{"a":1,')]) {
    assert.notEqual(verdict(altered), 'valid');
  }
});

test('only a signature of the event itself counts, not one within its data, nor one that is not the last', () => {
  assert.equal(verdict('{"a":1}'), 'missing');
  assert.equal(verdict(''), 'missing');
  const inner = signEvent('{"a":1}', { id: 'k1', key });
  assert.equal(verdict(`{"data":${inner}}`), 'missing');
  assert.equal(verdict(inner.replace('"}', '","b":2}')), 'missing');
  assert.equal(signingKeyId(Buffer.from(`{"data":${inner}}`)), null);
});

test('a key by another name, or another key by this name, is not the key', () => {
  const text = '{"a":1}';
  assert.equal(verdict(signEvent(text, { id: 'k2', key })), 'key_unknown');
  assert.equal(signingKeyId(Buffer.from(signEvent(text, { id: 'k2', key }))), 'k2');
  assert.equal(verdict(signEvent(text, { id: 'k1', key: createSecretKey(randomBytes(32)) })), 'invalid');
  const renamed = signEvent(text, { id: 'k2', key }).replace('k2:', 'k1:');
  assert.equal(verdict(renamed), 'invalid');
});
