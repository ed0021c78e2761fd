import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startProcess } from './start-process.ts';

const FIXTURE = new URL('fixture-leak.ts', import.meta.url);

test('a test file that leaves a server open fails, ends, and says what is open', async () => {
  await using file = await startProcess(FIXTURE, { arguments: ['forget'] });

  assert.equal((await file.exited).code, 1);
  assert.match(file.output(), /there are still: 1 TCPServerWrap/);
});

test('a test file that closes what it opened passes', async () => {
  await using file = await startProcess(FIXTURE);

  assert.deepEqual(await file.exited, { code: 0, signal: null }, file.output());
});
