import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntil } from './wait-until.ts';

test('waiting ends with the first value that the condition gives, also zero', async () => {
  const answers = [undefined, null, false, 0, 1];

  assert.equal(await waitUntil(() => answers.shift(), { what: 'an answer', pollMs: 1 }), 0);
});

test('a condition that throws is looked at again', async () => {
  let calls = 0;
  const condition = async () => {
    calls += 1;
    if (calls < 3) throw new Error('not yet');
    return calls;
  };

  assert.equal(await waitUntil(condition, { what: 'the third call', pollMs: 1 }), 3);
});

test('giving up names what was waited for, how long, and the last error', async () => {
  const condition = () => {
    throw new Error('connection refused');
  };

  await assert.rejects(
    waitUntil(condition, { what: 'an answer', timeoutMs: 20, pollMs: 1 }),
    /^Error: waited 20 ms for an answer \(last error: connection refused\)$/,
  );
});
