import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createInFlight } from './in-flight.ts';

it('no more begin than may be under way', async () => {
  const inFlight = createInFlight(2);
  const ends: (() => void)[] = [];
  const begin = () => inFlight.add(() => new Promise((resolve) => ends.push(resolve)));
  begin();
  begin();
  let free = false;
  const waiting = inFlight.untilFree().then(() => {
    free = true;
  });
  await new Promise(setImmediate);
  assert.equal(free, false);
  ends[0]?.();
  await waiting;
  assert.equal(inFlight.size, 1);
  ends[1]?.();
  await inFlight.drain();
  assert.equal(inFlight.oldestMs(), 0);
});

it('a failure is told once, to whoever asks', async () => {
  const inFlight = createInFlight(2);
  inFlight.add(() => Promise.reject(new Error('first')));
  inFlight.add(() => Promise.reject(new Error('second')));
  await inFlight.drain();
  assert.throws(() => inFlight.rethrow(), /first/);
  inFlight.rethrow();
});
