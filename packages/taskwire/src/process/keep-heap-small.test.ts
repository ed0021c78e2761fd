import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { memoryLimits } from './memory-limits.ts';

test('the heap of a listener is collected as it grows, where V8 by itself would let it grow on', () => {
  const program = fileURLToPath(new URL('../../test/grow-heap.ts', import.meta.url));
  const flags = memoryLimits('listener', [], {})?.flags ?? [];
  const collections = (given: readonly string[]): number => {
    const { stdout, stderr } = spawnSync(process.execPath, [...given, program], { encoding: 'utf8' });
    return Number(/^collected (\d+)$/m.exec(stdout)?.[1] ?? assert.fail(stderr));
  };
  const ours = collections(flags);
  const without = collections(flags.filter((flag) => flag !== '--expose-gc'));
  assert.ok(ours >= without + 3, `${ours} times, and ${without} without`);
});
