import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { memoryLimits } from './memory-limits.ts';

test('web and listener get limits, and nothing else does', () => {
  for (const command of ['web', 'listener']) {
    const limits = memoryLimits(command, [], {});
    assert.match(limits?.flags.join(' ') ?? '', /--max-semi-space-size=\d+ .*--max-old-space-size=\d+/);
    assert.equal(limits?.env.MALLOC_ARENA_MAX, '1');
  }
  for (const command of ['up', 'worker', 'migrate', undefined])
    assert.equal(memoryLimits(command, [], {}), null);
});

test('what somebody has set by hand stays, and is not mixed with ours', () => {
  assert.equal(memoryLimits('web', ['--max-old-space-size=1000'], {}), null);
  assert.equal(memoryLimits('web', ['--enable-source-maps', '--max_semi_space_size=8'], {}), null);
  assert.equal(memoryLimits('web', [], { NODE_OPTIONS: '--trace-warnings --max-old-space-size=1000' }), null);
  assert.equal(memoryLimits('web', [], { MALLOC_ARENA_MAX: '4' })?.env.MALLOC_ARENA_MAX, '4');
  // So a process that has started again within its limits does not do so for ever.
  assert.equal(memoryLimits('web', memoryLimits('web', [], {})?.flags ?? [], {}), null);
});

test('a listener that is started directly runs as the same process, within its limits', () => {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const shown = fileURLToPath(new URL('../../test/show-start.ts', import.meta.url));
  const run = (command: string) => {
    const line = ['--conditions=taskwire-source', `--import=${shown}`, main, command, '--help'];
    const { stdout, stderr } = spawnSync(process.execPath, line, { encoding: 'utf8' });
    const starts = [...stderr.matchAll(/^start (\d+) (.*)$/gm)];
    assert.match(stdout, new RegExp(`taskwire ${command}`));
    return starts.map(([, pid, flags = '']) => ({ pid, limited: flags.includes('--max-semi-space-size') }));
  };
  const starts = run('listener');
  assert.equal(starts.length, 2);
  assert.equal(starts[0]?.pid, starts[1]?.pid);
  assert.deepEqual(
    starts.map(({ limited }) => limited),
    [false, true],
  );
  assert.equal(run('worker').length, 1);
});
