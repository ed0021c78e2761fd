import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createSelfSignedCertificate } from './self-signed-certificate.ts';

test('OpenSSL reads the certificate: for its name, signed by itself, valid now, with its key', () => {
  const now = Date.now();
  const { certificate, key } = createSelfSignedCertificate('once.example', now);
  const read = new X509Certificate(certificate);
  assert.equal(read.subject, 'CN=once.example');
  assert.equal(read.checkHost('once.example'), 'once.example');
  assert.equal(read.checkHost('other.example'), undefined);
  assert.ok(read.verify(read.publicKey));
  assert.ok(read.checkPrivateKey(createPrivateKey(key)));
  assert.ok(Date.parse(read.validFrom) < now && Date.parse(read.validTo) > now + 30 * 86_400_000);
});
