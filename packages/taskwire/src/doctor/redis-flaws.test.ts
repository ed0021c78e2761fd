import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeVersion } from './redis-flaws.ts';

const redis = (version: string, usesTls = false) => judgeVersion({ product: 'redis', version, usesTls });
const flawsOf = (version: string, usesTls = false): readonly string[] =>
  redis(version, usesTls).found.match(/CVE-\d+-\d+/g) ?? [];

test('the last release before a fix has the flaw, the fixed one has not', () => {
  for (const [flaw, before, fixed] of [
    ['CVE-2025-49844', '6.2.19', '6.2.20'],
    ['CVE-2025-49844', '7.2.10', '7.2.11'],
    ['CVE-2025-49844', '7.4.5', '7.4.6'],
    ['CVE-2025-49844', '8.0.3', '8.0.4'],
    ['CVE-2025-49844', '8.2.1', '8.2.2'],
    ['CVE-2025-62507', '8.2.2', '8.2.3'],
    ['CVE-2026-66373', '8.6.4', '8.6.5'],
    ['CVE-2026-23479', '7.4.8', '7.4.9'],
  ] as const) {
    assert.ok(flawsOf(before).includes(flaw), `${before} has ${flaw}`);
    assert.ok(!flawsOf(fixed).includes(flaw), `${fixed} has not ${flaw}`);
  }
});

test('the newest releases are fine, and so are branches that began after a flaw was mended', () => {
  for (const version of [
    '6.2.24',
    '7.2.16',
    '7.4.11',
    '8.2.9',
    '8.4.6',
    '8.6.6',
    '8.8.2',
    '8.10.1',
    '9.0.0',
  ]) {
    assert.deepEqual([version, redis(version, true).level], [version, 'ok']);
  }
  assert.ok(!flawsOf('8.4.0').includes('CVE-2025-49844'));
});

test('the flaw of encrypted connections counts only where connections are encrypted', () => {
  assert.deepEqual(flawsOf('8.8.1', false), []);
  assert.deepEqual(flawsOf('8.8.1', true), ['CVE-2026-81934']);
  assert.match(redis('8.8.1', true).advice ?? '', /^Upgrade to 8\.8\.2 or newer\./);
});

test('a branch without a mended release says so, and that distributions mend without a new number', () => {
  const finding = redis('7.0.15');
  assert.equal(finding.level, 'warning');
  assert.match(finding.advice ?? '', /^No release of branch 7\.0 is known to mend all of them/);
  assert.match(finding.advice ?? '', /change log of your package/);
  assert.ok(!finding.found.includes('CVE-2026-23479'), 'it came with 7.2');
});

test('Valkey is judged by its own releases', () => {
  const valkey = (version: string) => judgeVersion({ product: 'valkey', version, usesTls: true });
  assert.match(valkey('8.1.3').found, /Valkey 8\.1\.3 .*CVE-2025-49844/);
  assert.match(valkey('8.1.3').advice ?? '', /^Upgrade to 8\.1\.9 or newer/);
  for (const version of ['8.0.10', '8.1.9', '9.0.5', '9.1.1'])
    assert.equal(valkey(version).level, 'ok', version);
});

test('what is older than 6.2 cannot be used at all', () => {
  assert.equal(redis('6.0.20').level, 'problem');
  assert.equal(redis('5.0.14').level, 'problem');
});
