import assert from 'node:assert/strict';
import { it } from 'node:test';
import { pause } from './pause.ts';
import { createSupervisedLoop } from './supervised-loop.ts';

it('what fails is started again with growing pauses, and says so each time', async () => {
  const pauses: number[] = [];
  let runs = 0;
  const loop = createSupervisedLoop({
    run: async (signal) => {
      if (++runs < 4) throw new Error('unexpected');
      await pause(60_000, signal);
    },
    onFailure: (_, restartInMs) => pauses.push(restartInMs),
    random: () => 0,
  });
  await loop.start();
  while (runs < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  await loop.stop();
  await loop.stop();
  assert.equal(runs, 4);
  assert.deepEqual(pauses, [10, 30, 90]);
});

it('stopping interrupts what waits, and does not count as a failure', async () => {
  let release = (): void => {};
  const failures: unknown[] = [];
  const loop = createSupervisedLoop({
    run: () =>
      new Promise((_, reject) => {
        release = () => reject(new Error('interrupted'));
      }),
    interrupt: () => release(),
    onFailure: (error) => failures.push(error),
    random: Math.random,
  });
  await loop.start();
  await loop.stop();
  assert.deepEqual(failures, []);
});
