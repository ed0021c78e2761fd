import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reuseAnswer } from './reuse-answer.ts';

test('who asks while the answer is looked for, or shortly after, gets the same one', async () => {
  let [now, asked] = [0, 0];
  const ask = reuseAnswer(
    async () => {
      now += 100;
      return ++asked;
    },
    () => now,
  );
  assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
  now += 999;
  assert.equal(await ask(), 1, 'it took 100 ms, so it is good for 1,000');
  now += 2;
  assert.equal(await ask(), 2);
});

test('a failure is not kept', async () => {
  let asked = 0;
  const ask = reuseAnswer(async () => {
    if (++asked === 1) throw new Error('away');
    return asked;
  });
  await assert.rejects(ask(), /away/);
  assert.equal(await ask(), 2);
});
