import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createService } from './lifecycle.ts';

function recorded(failOnStart = 0) {
  const steps: string[] = [];
  let failures = failOnStart;
  const service = createService({
    onStart: async () => {
      steps.push('starting');
      await Promise.resolve();
      if (failures-- > 0) throw new Error('no start');
      steps.push('started');
    },
    onStop: async () => {
      steps.push('stopping');
      await Promise.resolve();
      steps.push('stopped');
    },
  });
  return { steps, service };
}

test('starting twice and stopping twice is done once', async () => {
  const { steps, service } = recorded();
  await service.start();
  await service.start();
  await service.stop();
  await service.stop();
  assert.deepEqual(steps, ['starting', 'started', 'stopping', 'stopped']);
});

test('stopping before the start is nothing', async () => {
  const { steps, service } = recorded();
  await service.stop();
  assert.deepEqual(steps, []);
});

test('what is asked during a transition waits for it', async () => {
  const { steps, service } = recorded();
  await Promise.all([service.start(), service.stop(), service.start(), service.start()]);
  assert.deepEqual(steps, ['starting', 'started', 'stopping', 'stopped', 'starting', 'started']);
  await service.stop();
});

test('a start that fails is undone, says why, and can be tried again', async () => {
  const { steps, service } = recorded(1);
  await assert.rejects(service.start(), /no start/);
  assert.deepEqual(steps, ['starting', 'stopping', 'stopped']);
  await service.start();
  assert.equal(steps.at(-1), 'started');
  await service.stop();
});

test('a start that fails says why, even if undoing it fails too', async () => {
  const service = createService({
    onStart: () => Promise.reject(new Error('no start')),
    onStop: () => Promise.reject(new Error('no stop')),
  });
  await assert.rejects(service.start(), /no start/);
});

test('await using stops it', async () => {
  const { steps, service } = recorded();
  {
    await using running = service;
    await running.start();
  }
  assert.equal(steps.at(-1), 'stopped');
});
