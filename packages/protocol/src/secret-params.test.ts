import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createSecretParams,
  findMask,
  SECRET_MASK,
  SECRET_PARAMS_BY_DEFAULT,
  type SecretParams,
} from './secret-params.ts';

const secrets = createSecretParams(SECRET_PARAMS_BY_DEFAULT);
const ENCRYPT = 'tasks.web.certificate.encrypt_certificate_data';
const MASK = SECRET_MASK;

test('what a name says is secret is hidden, at any depth, whatever it holds and however the name is written', () => {
  const params = {
    host: 'db',
    password: 'a',
    DB_PASSWORD: 'b',
    userPassword: 'c',
    'api-key': { id: 1, value: 'd' },
    auth: [{ token: ['e'] }, { private_key: 5 }],
  };
  assert.deepEqual(secrets.hide(params, null), {
    host: 'db',
    password: MASK,
    DB_PASSWORD: MASK,
    userPassword: MASK,
    'api-key': MASK,
    auth: [{ token: MASK }, { private_key: MASK }],
  });
});

test('what is not secret stays what it is, to the same object', () => {
  const params = {
    passwords_checked: 3,
    tokens: 5,
    secretary: 'Ada',
    list: [1, { key: 'a' }],
    password: null,
  };
  assert.equal(secrets.hide(params, 'some.task'), params);
  const text = JSON.stringify(params, null, 2);
  assert.equal(secrets.hideInText(text), text);
  for (const nothing of [null, 'password', 5, undefined]) assert.equal(secrets.hide(nothing, null), nothing);
});

test('a name that only one task has its secrets under is hidden in that task alone', () => {
  const params = { data: 'plaintext', encoding: 'utf8' };
  assert.deepEqual(secrets.hide(params, ENCRYPT), { data: MASK, encoding: 'utf8' });
  assert.equal(secrets.hide(params, 'another.task'), params);
});

test('in JSON as text the secrets are hidden, and of the rest nothing is lost', () => {
  const event = { task_name: ENCRYPT, data: { deep: { token: 't' } }, status: 'X' };
  const hidden = secrets.hideInText(JSON.stringify({ ...event, data: 'plain' }));
  assert.deepEqual(JSON.parse(hidden), { ...event, data: MASK });
  assert.deepEqual(JSON.parse(secrets.hideInText('{"data":{"deep":{"token":"t"}}}')), {
    data: { deep: { token: MASK } },
  });
});

test('in what is no JSON, or only the beginning of it, no secret is left', () => {
  const whole = `{"a":1,"password":"hunt\\"er2","n":{"token" : 12345},"api_key":["k1","k2"],"secret":{"x":"y"}}`;
  for (const text of [`${whole} and more`, `{"password":NaN,${whole.slice(1)}`, `x${whole}`]) {
    const hidden = secrets.hideInText(text);
    for (const secret of ['hunt', 'er2', '12345', 'k1', 'k2', '"y"']) {
      assert.ok(!hidden.includes(secret), `${secret} in ${hidden}`);
    }
    assert.ok(hidden.includes('"a":1'), hidden);
  }
  for (let length = whole.indexOf('hunt') + 1; length < whole.length; length++) {
    assert.ok(
      !/hu|er2|123|"k1|"k2|"y/.test(secrets.hideInText(whole.slice(0, length))),
      whole.slice(0, length),
    );
  }
});

test('no text, however long, deep or odd, makes it fail or slow', () => {
  const odd = [
    '['.repeat(1_000_000),
    '{"a":'.repeat(200_000),
    '"'.repeat(1_000_000),
    '\\"'.repeat(500_000),
    '"token"'.repeat(150_000),
    `{"password":"${'\\'.repeat(1_000_000)}`,
    `{"token":${'{'.repeat(1_000_000)}`,
  ];
  for (const text of odd) {
    const begun = process.cpuUsage();
    secrets.hideInText(text);
    const { user } = process.cpuUsage(begun);
    assert.ok(user < 2_000_000, `${text.slice(0, 20)}… took ${user} µs`);
  }
});

test('a mask that comes back is found, with the place where it is', () => {
  assert.equal(findMask({ a: [1, { password: MASK }] }, 'params'), 'params.a.1.password');
  assert.equal(findMask({ a: 'x', b: null }, 'params'), null);
});

test('who wants nothing hidden names nothing, and who has other names gets those instead', () => {
  const hidesOnly = (other: SecretParams, value: object) => other.hide(value, null);
  const value = { password: 'a', 密码: 'b' };
  assert.equal(hidesOnly(createSecretParams([]), value), value);
  assert.deepEqual(hidesOnly(createSecretParams(['密码']), value), { password: 'a', 密码: MASK });
});
