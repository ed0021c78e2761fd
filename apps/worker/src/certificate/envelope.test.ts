import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { TaskwireError } from '@taskwire/protocol';
import fc from 'fast-check';
import { open, seal } from './envelope.ts';
import { readKeyring } from './keyring.ts';

const keyText = (id: string, byte?: number) =>
  `${id}:${(byte === undefined ? randomBytes(32) : Buffer.alloc(32, byte)).toString('base64')}`;
const keyring = (text: string) => readKeyring({ certificateKeys: text, certificateKeysFile: undefined });
const hasCode = (code: string) => (error: unknown) => error instanceof TaskwireError && error.code === code;

test('what was sealed is opened again, whatever the bytes', () => {
  const keys = keyring(keyText('a'));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (plaintext) => {
      const { text, keyId } = seal(keys, plaintext);
      assert.equal(keyId, 'a');
      assert.deepEqual(new Uint8Array(open(keys, text).plaintext), plaintext);
    }),
  );
});

test('any other character anywhere in it is noticed', () => {
  const keys = keyring([keyText('a'), keyText('b')].join(','));
  const { text } = seal(keys, Buffer.from('a certificate'));
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (place, character) => {
      fc.pre(text[place] !== character);
      const changed = text.slice(0, place) + character + text.slice(place + 1);
      assert.throws(
        () => open(keys, changed),
        (error) => hasCode('ciphertext_tampered')(error) || hasCode('certificate_key_unknown')(error),
      );
    }),
    { numRuns: 500 },
  );
});

test('what was cut, prolonged or exchanged in part is noticed', () => {
  const keys = keyring([keyText('a'), keyText('b')].join(','));
  const one = seal(keys, Buffer.from('first')).text;
  const two = seal(keys, Buffer.from('other')).text;
  const parts = one.split('.');
  const changed = [
    '',
    'x',
    one.slice(0, -1),
    `${one}A`,
    `${one}.AAAA`,
    `${one} `,
    parts.with(1, 'b').join('.'),
    parts.with(2, two.split('.')[2]!).join('.'),
    parts.with(3, two.split('.')[3]!).join('.'),
    parts.with(4, two.split('.')[4]!).join('.'),
    parts.with(4, parts[4]!.slice(0, 16)).join('.'),
    parts.with(3, '').join('.'),
    parts.with(0, 'twc2').join('.'),
  ];
  for (const text of changed) assert.throws(() => open(keys, text), hasCode('ciphertext_tampered'), text);
});

test('each sealing has its own nonce', () => {
  const keys = keyring(keyText('a'));
  const nonces = Array.from({ length: 1_000 }, () => seal(keys, Buffer.from('same')).text.split('.')[2]);
  assert.equal(new Set(nonces).size, 1_000);
});

test('the first key encrypts, the later ones still decrypt, a missing one is named', () => {
  const old = keyText('old-2024', 1);
  const sealed = seal(keyring(old), Buffer.from('kept')).text;
  const both = keyring(`${keyText('new-2025', 2)},${old}`);
  assert.equal(open(both, sealed).plaintext.toString(), 'kept');
  assert.equal(seal(both, Buffer.from('x')).keyId, 'new-2025');
  assert.throws(
    () => open(keyring(keyText('new-2025', 2)), sealed),
    (error: Error) => hasCode('certificate_key_unknown')(error) && error.message.includes('old-2024'),
  );
});

test('without a key it is said which setting to make', () => {
  assert.throws(
    () => seal(keyring(''), Buffer.from('x')),
    (error: Error) =>
      hasCode('certificate_key_unknown')(error) && error.message.includes('TASKWIRE_CERTIFICATE_KEYS'),
  );
});

test('a wrong key list stops the start, and no part of a key is in the message', () => {
  const secret = randomBytes(16).toString('base64');
  for (const text of [
    secret,
    `a:${secret}`,
    `:${secret}`,
    `a b:${secret}`,
    `${keyText('a')},${keyText('a')}`,
    `a:${randomBytes(32).toString('hex')}`,
    `a:${randomBytes(32).toString('base64')}!`,
  ]) {
    assert.throws(
      () => keyring(text),
      (error: Error) => hasCode('setting_invalid')(error) && !error.message.includes(secret.slice(0, 8)),
    );
  }
});

test('a key file holds one key a line, with comments; a missing file is named', () => {
  const file = `# made in 2025\n${keyText('a')}\n\n${keyText('b')}\n`;
  const settings = { certificateKeys: undefined, certificateKeysFile: '/run/secrets/keys' };
  assert.deepEqual(readKeyring(settings, () => file).ids, ['a', 'b']);
  assert.throws(
    () => readKeyring({ ...settings, certificateKeysFile: '/nowhere/keys' }),
    (error: Error) => hasCode('setting_invalid')(error) && error.message.includes('/nowhere/keys'),
  );
});
