import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concernOf } from './log-line.ts';

test('warnings and worse concern the person at the terminal, with their reason; the rest is for the log', () => {
  assert.equal(concernOf('{"level":30,"msg":"task begins"}'), null);
  assert.equal(
    concernOf('{"level":40,"msg":"queue cannot be read","problem":"ECONNREFUSED"}'),
    'queue cannot be read: ECONNREFUSED',
  );
  assert.equal(
    concernOf('{"level":50,"msg":"failed","err":{"message":"no\\n\\u001b[2J"}}'),
    'failed: no \ufffd[2J',
  );
  assert.equal(concernOf(''), null);
});

test('what is not of the form of a log line is shown as it is: so does a process speak that dies', () => {
  assert.equal(concernOf('Segmentation fault'), 'Segmentation fault');
  assert.equal(concernOf('42'), '42');
});
