import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startProcess } from './start-process.ts';

const STORM = new URL('../chaos/storm/main.ts', import.meta.url);

for (const [given, says] of [
  [['--sede', '1'], /^Unknown option '--sede'[^\n]*\n$/],
  [['--seed'], /^Option '--seed <value>' argument missing\n$/],
  [['--schedules', 'many'], /^--schedules: expected a whole number from 1, got many\n$/],
  [['--parallel', '0'], /^--parallel: expected a whole number from 1, got 0\n$/],
] as const) {
  it(`a command refuses "${given.join(' ')}" in one line before it does anything`, async () => {
    await using command = await startProcess(STORM, { arguments: given });
    assert.equal((await command.exited).code, 2);
    await command.waitForLine(/./);
    assert.match(command.output(), says);
  });
}
