import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redisConnectProblem, redisTls } from './redis-tls.ts';

const PEM = '-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n';
const never = (): string => assert.fail('nothing is to be read');

test('without a file of certificates the URL says all', () => {
  assert.equal(redisTls({ url: 'rediss://redis.internal', caFile: undefined }, never), undefined);
  assert.equal(redisTls({ url: 'redis://redis.internal', caFile: undefined }, never), undefined);
});

test('the certificates of the file are those that are trusted', () => {
  const read = (path: string): string => (path === '/ca.pem' ? PEM : never());
  assert.deepEqual(redisTls({ url: 'rediss://redis.internal', caFile: '/ca.pem' }, read), { ca: PEM });
});

test('a file of certificates that would do nothing stops the start, with a line that names the setting', () => {
  const encrypted = { url: 'rediss://redis.internal', caFile: '/ca.pem' };
  const refused = (words: RegExp) => ({ code: 'setting_invalid', message: words });
  assert.throws(
    () => redisTls({ ...encrypted, url: 'redis://redis.internal' }, () => PEM),
    refused(/^TASKWIRE_REDIS_CA_FILE: only with REDIS_URL=rediss:/),
  );
  assert.throws(
    () => redisTls(encrypted, () => assert.fail('ENOENT')),
    refused(/^TASKWIRE_REDIS_CA_FILE: the file cannot be read: ENOENT$/),
  );
  assert.throws(() => redisTls(encrypted, () => 'a key'), refused(/in PEM, got something else$/));
});

test('of a failed handshake it says what to look at, and everything else in its own words', () => {
  const withCode = (code: string) => Object.assign(new Error('words'), { code });
  assert.match(redisConnectProblem(withCode('ERR_TLS_CERT_ALTNAME_INVALID')), /for another host .*words$/);
  assert.match(
    redisConnectProblem(
      new AggregateError([withCode('SELF_SIGNED_CERT_IN_CHAIN'), withCode('ECONNREFUSED')]),
    ),
    /^nobody who is trusted .*: words; TASKWIRE_REDIS_CA_FILE names whom to trust; words$/,
  );
  assert.match(redisConnectProblem(withCode('CERT_HAS_EXPIRED')), /not valid now: words$/);
  assert.equal(redisConnectProblem(withCode('ECONNREFUSED')), 'words');
  assert.equal(redisConnectProblem(undefined), 'undefined');
});
