import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddressBehind } from './client-address.ts';

test('what a stranger says of where it comes from is not believed', () => {
  const clientAddress = clientAddressBehind(['10.0.0.0/8']);
  assert.equal(clientAddress('192.0.2.1', '198.51.100.7'), '192.0.2.1');
  assert.equal(clientAddressBehind([])('192.0.2.1', '198.51.100.7'), '192.0.2.1');
  assert.equal(clientAddress('192.0.2.1', undefined), '192.0.2.1');
});

test('behind trusted proxies it is the last that is none of them', () => {
  const clientAddress = clientAddressBehind(['10.0.0.0/8', '::1']);
  assert.equal(clientAddress('10.1.2.3', '203.0.113.9, 198.51.100.7'), '198.51.100.7');
  assert.equal(clientAddress('10.1.2.3', '203.0.113.9, 198.51.100.7, 10.9.9.9'), '198.51.100.7');
  assert.equal(clientAddress('::ffff:10.1.2.3', '198.51.100.7'), '198.51.100.7');
  assert.equal(clientAddress('::1', '2001:db8::9'), '2001:db8::9');
  assert.equal(clientAddress('10.1.2.3', undefined), '10.1.2.3');
});
