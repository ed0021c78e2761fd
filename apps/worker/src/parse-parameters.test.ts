import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecretParams, SECRET_MASK, TaskwireError } from '@taskwire/protocol';
import Type from 'typebox';
import { parseParameters } from './parse-parameters.ts';

const schema = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 10 }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 443 }),
    probe: Type.Enum(['tls', 'http'], { default: 'tls' }),
    list: Type.Array(Type.Object({ name: Type.String() }, { additionalProperties: false }), { default: [] }),
  },
  { additionalProperties: false },
);

test('defaults are filled in and the input is not changed', () => {
  const given = { host: 'a' };
  assert.deepEqual(parseParameters(schema, given), { host: 'a', port: 443, probe: 'tls', list: [] });
  assert.deepEqual(given, { host: 'a' });
});

test('what is wrong is named with the expectation and the value', () => {
  const cases: readonly [given: unknown, message: RegExp][] = [
    [undefined, /^parameter host: expected it to be given, got nothing$/],
    [{}, /^parameter host: expected it to be given, got nothing$/],
    [{ host: 'a', port: 70_000 }, /^parameter port: expected it to be <= 65535, got 70000$/],
    [{ host: 'a', port: '443' }, /^parameter port: expected it to be integer, got "443"$/],
    [{ host: 'a', probe: 'ping' }, /^parameter probe: expected one of tls, http, got "ping"$/],
    [{ host: 'a', hots: 'b' }, /^parameter hots: expected one of host, port, probe, list, got "b"$/],
    [
      { host: 'a', list: [{ name: 'x' }, {}] },
      /^parameter list\[1\]\.name: expected it to be given, got nothing$/,
    ],
    [{ host: 'a', list: [{ name: 1 }] }, /^parameter list\[0\]\.name: expected it to be string, got 1$/],
    [{ host: 'b'.repeat(5_000) }, /^parameter host: .{0,200}$/],
    ['text', /^parameter object: expected it to be object, got "text"$/],
    [[], /^parameter /],
    [null, /^parameter host: expected it to be given/],
    [JSON.parse('{"host":"a","__proto__":{"port":1}}'), /^parameter __proto__: /],
  ];
  for (const [given, message] of cases) {
    assert.throws(
      () => parseParameters(schema, given),
      (error: Error) =>
        error instanceof TaskwireError && error.code === 'parameters_invalid' && message.test(error.message),
      JSON.stringify(given),
    );
  }
});

test('a secret that was given where nobody wants one is not repeated either', () => {
  const secrets = createSecretParams(['password']);
  for (const given of [{ host: 'a', password: 'hunter2' }, { host: { password: 'hunter2' } }]) {
    assert.throws(
      () => parseParameters(schema, given, [], (value) => secrets.hide(value, null)),
      (error: Error) => error.message.includes(SECRET_MASK) && !error.message.includes('hunter2'),
    );
  }
});

test('the value of a secret parameter is not repeated, nor what lies inside', () => {
  for (const given of [{ host: 'hidden-and-long' }, { host: 'a', list: [{ name: 'a', hidden: 'hidden' }] }]) {
    assert.throws(
      () => parseParameters(schema, given, ['host', 'list']),
      (error: Error) => error.message.endsWith('got a value that is not shown'),
    );
  }
});
