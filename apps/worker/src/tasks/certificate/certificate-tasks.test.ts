import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { TaskwireError } from '@taskwire/protocol';
import {
  CLIENT_AUTH,
  ecKeys,
  issueCertificate,
  issueChain,
  rsaKeys,
  SERVER_AUTH,
} from '@taskwire/test-harness';
import { runInTest } from '../../../test/run-in-test.ts';

const VALIDATE = 'tasks.web.certificate.validate_certificate_batch';
const ENCRYPT = 'tasks.web.certificate.encrypt_certificate_data';
const DECRYPT = 'tasks.web.certificate.decrypt_certificate_data';
const DAY_MS = 86_400_000;

async function findingsOf(pem: string, parameters: object = {}, hostname?: string) {
  const submitted = hostname === undefined ? { pem } : { pem, hostname };
  const result = await runInTest(VALIDATE, { certificates: [submitted], ...parameters });
  const [one] = result.certificates;
  return { ...one, codes: one.findings.map((finding: { code: string }) => finding.code).sort() };
}

test('a good leaf with its intermediate and a trusted root is valid', async () => {
  const { pem, root } = issueChain(['www.example', '*.api.example', '192.0.2.7']);
  for (const hostname of ['www.example', 'WWW.example.', 'v1.api.example', '192.0.2.7']) {
    const one = await findingsOf(pem, { trusted_certificates: root.pem }, hostname);
    assert.deepEqual(one.findings, [], hostname);
    assert.equal(one.verdict, 'valid');
    assert.equal(one.trusted, true);
    assert.deepEqual(one.chain, ['Test Intermediate', 'Test Root']);
    assert.deepEqual(one.certificate.names, ['www.example', '*.api.example', '192.0.2.7']);
    assert.deepEqual(one.certificate.key_usage, ['digitalSignature']);
    assert.deepEqual(one.certificate.extended_key_usage, ['serverAuth']);
    assert.equal(one.certificate.signature_algorithm, 'ECDSA with SHA-256');
  }
});

test('a host that no name matches is found, also by wildcards and common names that do not count', async () => {
  const { pem, root } = issueChain(['www.example', '*.api.example']);
  for (const hostname of ['example', 'a.b.api.example', 'api.example', '192.0.2.7']) {
    const one = await findingsOf(pem, { trusted_certificates: root.pem }, hostname);
    assert.deepEqual(one.codes, ['hostname_mismatch'], hostname);
    assert.equal(one.verdict, 'invalid');
  }
  const nameless = issueCertificate({ commonName: 'www.example' });
  const one = await findingsOf(nameless.pem, { trusted_certificates: nameless.pem }, 'www.example');
  assert.deepEqual(one.codes, ['names_missing']);
});

test('dates: expired, not yet valid, expiring soon, at the time asked for', async () => {
  const notBefore = new Date('2025-01-01T00:00:00Z');
  const notAfter = new Date('2025-12-31T00:00:00Z');
  const { pem } = issueCertificate({ commonName: 'dated', notBefore, notAfter });
  const at = async (time: string) => (await findingsOf(pem, { trusted_certificates: pem, at: time })).codes;
  assert.deepEqual(await at('2024-12-31T23:59:59Z'), ['not_yet_valid']);
  assert.deepEqual(await at('2025-06-01T00:00:00Z'), []);
  assert.deepEqual(await at('2025-12-20T00:00:00Z'), ['expiring_soon']);
  assert.deepEqual(await at('2026-01-01T00:00:00Z'), ['expired']);
});

test('a self-signed certificate is invalid unless it is trusted, or nobody asks for trust', async () => {
  const { pem } = issueCertificate({ commonName: 'own' });
  assert.deepEqual((await findingsOf(pem)).codes, ['self_signed']);
  assert.equal((await findingsOf(pem)).verdict, 'invalid');
  assert.equal((await findingsOf(pem, { trusted_certificates: pem })).verdict, 'valid');
  assert.equal((await findingsOf(pem, { require_trusted_root: false })).verdict, 'valid_with_warnings');
});

test('a chain without its intermediate is incomplete, one with a stranger as root is untrusted', async () => {
  const { leaf, pem, root } = issueChain(['a.example']);
  assert.deepEqual((await findingsOf(leaf.pem, { trusted_certificates: root.pem })).codes, [
    'chain_incomplete',
  ]);
  assert.deepEqual((await findingsOf(pem + root.pem)).codes, ['root_untrusted']);
  assert.deepEqual((await findingsOf(pem)).codes, ['chain_incomplete']);
});

test('an issuer of the right name and the wrong key did not sign it', async () => {
  const { leaf } = issueChain(['a.example']);
  const impostor = issueCertificate({ commonName: 'Test Intermediate', ca: true });
  const one = await findingsOf(leaf.pem + impostor.pem, { trusted_certificates: impostor.pem });
  assert.deepEqual(one.codes, ['issuer_signature_invalid']);
});

test('a changed certificate does not pass', async () => {
  const { leaf, intermediate, root } = issueChain(['a.example']);
  const der = Buffer.from(leaf.pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const place = der.indexOf('a.example', der.indexOf('a.example') + 1);
  der.write('b', place);
  const changed = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const one = await findingsOf(changed + intermediate.pem, { trusted_certificates: root.pem });
  assert.deepEqual(one.codes, ['issuer_signature_invalid']);
});

test('an issuer must be a CA, may sign, and within its path length and dates', async () => {
  const root = issueCertificate({ commonName: 'Root', ca: true });
  const trusted_certificates = root.pem;
  const under = (issuer: ReturnType<typeof issueCertificate>) =>
    issueCertificate({ commonName: 'end', issuer }).pem + issuer.pem;

  const notCa = issueCertificate({ commonName: 'not a CA', issuer: root, ca: false });
  assert.deepEqual((await findingsOf(under(notCa), { trusted_certificates })).codes, ['issuer_not_ca']);

  const mayNot = issueCertificate({ commonName: 'may not', issuer: root, ca: true, keyUsageBits: [0] });
  assert.deepEqual((await findingsOf(under(mayNot), { trusted_certificates })).codes, [
    'issuer_may_not_sign',
  ]);

  const short = issueCertificate({ commonName: 'short', issuer: root, ca: true, pathLength: 0 });
  const below = issueCertificate({ commonName: 'below', issuer: short, ca: true });
  const long = await findingsOf(under(below) + short.pem, { trusted_certificates });
  assert.deepEqual(long.codes, ['path_length_exceeded']);

  const old = issueCertificate({
    commonName: 'old',
    issuer: root,
    ca: true,
    notBefore: new Date(Date.now() - 9 * DAY_MS),
    notAfter: new Date(Date.now() - DAY_MS),
  });
  assert.deepEqual((await findingsOf(under(old), { trusted_certificates })).codes, [
    'issuer_outside_validity',
  ]);
});

test('key use: a client certificate does not serve a server', async () => {
  const { pem, root } = issueChain(['a.example'], { extendedKeyUsage: [CLIENT_AUTH] });
  const trusted_certificates = root.pem;
  assert.deepEqual((await findingsOf(pem, { trusted_certificates })).codes, ['purpose_not_allowed']);
  assert.equal((await findingsOf(pem, { trusted_certificates, purpose: 'client' })).verdict, 'valid');
  assert.equal((await findingsOf(pem, { trusted_certificates, purpose: 'any' })).verdict, 'valid');

  const both = issueChain(['a.example'], { extendedKeyUsage: [CLIENT_AUTH, SERVER_AUTH], keyUsageBits: [6] });
  const crlOnly = await findingsOf(both.pem, { trusted_certificates: both.root.pem });
  assert.deepEqual(crlOnly.codes, ['key_usage_unsuitable']);
});

test('weak algorithms: MD5, SHA-1, short RSA, small curves', async () => {
  const root = issueCertificate({ commonName: 'Root', ca: true, keys: rsaKeys(2_048) });
  const trusted_certificates = root.pem;
  const codes = async (request: object) =>
    (
      await findingsOf(issueCertificate({ commonName: 'weak', issuer: root, ...request }).pem, {
        trusted_certificates,
      })
    ).codes;
  assert.deepEqual(await codes({}), []);
  assert.deepEqual(await codes({ hash: 'md5' }), ['weak_signature']);
  assert.deepEqual(await codes({ hash: 'sha1' }), ['weak_signature']);
  assert.deepEqual(await codes({ keys: rsaKeys(1_024) }), ['weak_key']);
  assert.deepEqual(await codes({ keys: ecKeys('prime192v1') }), ['weak_key']);
  assert.deepEqual(await codes({ keys: ecKeys('secp384r1') }), []);
  assert.deepEqual(await codes({ criticalExtensions: ['1.3.6.1.4.1.99999.7'] }), [
    'unchecked_critical_extension',
  ]);
});

test('a batch gives one verdict each, in order, with a summary and progress', async () => {
  const good = issueCertificate({ commonName: 'good' });
  const progress: number[] = [];
  const result = await runInTest(
    VALIDATE,
    {
      certificates: [
        { pem: good.pem, label: 'first' },
        { pem: 'nothing of the kind' },
        { pem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
        { pem: good.pem + good.keyPem },
      ],
      trusted_certificates: good.pem,
    },
    { onProgress: (one) => progress.push(one) },
  );
  assert.deepEqual(
    result.certificates.map((one: { verdict: string; label: string | null }) => [one.label, one.verdict]),
    [
      ['first', 'valid'],
      [null, 'invalid'],
      [null, 'invalid'],
      [null, 'invalid'],
    ],
  );
  assert.deepEqual(result.summary, { total: 4, valid: 1, valid_with_warnings: 0, invalid: 3 });
  assert.equal(result.certificates[3].findings[0].code, 'private_key_present');
  assert.deepEqual(progress, [0.25, 0.5, 0.75, 1]);
  assert.ok(!JSON.stringify(result).includes(good.keyPem.split('\n')[1]!));
});

test('the result stays small for certificates made to be large', async () => {
  const names = Array.from({ length: 900 }, (_, index) => `${'x'.repeat(50)}${index}.example`);
  const criticalExtensions = Array.from({ length: 100 }, (_, index) => `1.3.6.1.4.1.99999.${index}`);
  const { pem } = issueCertificate({ commonName: 'y'.repeat(5_000), names, criticalExtensions });
  const certificates = Array.from({ length: 100 }, () => ({ pem }));
  const result = await runInTest(VALIDATE, { certificates });
  assert.ok(JSON.stringify(result).length < 700_000, `${JSON.stringify(result).length}`);
  assert.equal(result.certificates[0].certificate.names_omitted, 880);
});

test('the roots of the system are used when asked for', async () => {
  const { rootCertificates } = await import('node:tls');
  const { createSystemTrustStore } = await import('../../certificate/trust-store.ts');
  const { readCertificate } = await import('../../certificate/certificate.ts');
  const store = createSystemTrustStore();
  assert.ok(store.trusts(readCertificate(rootCertificates[0]!)));
  assert.ok(!store.trusts(readCertificate(issueCertificate({ commonName: 'stranger' }).pem)));
});

test('data is encrypted and comes back, as text or as bytes', async () => {
  const certificateKeys = `k1:${randomBytes(32).toString('base64')}`;
  for (const [data, encoding] of [
    ['-----BEGIN CERTIFICATE-----\näöü 证书\n', 'utf8'],
    ['', 'utf8'],
    [randomBytes(1_000).toString('base64'), 'base64'],
    ['AGE=', 'base64'],
  ] as const) {
    const encrypted = await runInTest(ENCRYPT, { data, encoding }, { certificateKeys });
    assert.equal(encrypted.key_id, 'k1');
    assert.ok(!encrypted.encrypted.includes(data) || data === '');
    const decrypted = await runInTest(DECRYPT, { encrypted: encrypted.encrypted }, { certificateKeys });
    assert.deepEqual(decrypted, { data, encoding, key_id: 'k1' });
  }
});

test('plaintext is in no error', async () => {
  const secret = 'my secret key material';
  const certificateKeys = `k1:${randomBytes(32).toString('base64')}`;
  for (const parameters of [
    { data: `${secret}\ud800` },
    { data: secret, encoding: 'base64' },
    { data: [secret] },
    { data: { secret } },
    { data: secret.repeat(40_000) },
    { data: secret, encoding: 'hex' },
    { data: secret.repeat(12_500) },
  ]) {
    await assert.rejects(
      runInTest(ENCRYPT, parameters, { certificateKeys }),
      (error: unknown) =>
        error instanceof TaskwireError &&
        error.code === 'parameters_invalid' &&
        !JSON.stringify([error.message, error.stack, error.cause]).includes('my secret'),
    );
  }
});

test('the largest plaintext gives results that fit into an event', async () => {
  const certificateKeys = `k1:${randomBytes(32).toString('base64')}`;
  for (const filling of ['\u0001', 'x', '"', '\n']) {
    const encrypted = await runInTest(ENCRYPT, { data: filling.repeat(262_144) }, { certificateKeys });
    const decrypted = await runInTest(DECRYPT, { encrypted: encrypted.encrypted }, { certificateKeys });
    assert.ok(JSON.stringify(encrypted).length < 700_000);
    assert.ok(JSON.stringify(decrypted).length < 700_000);
  }
});
