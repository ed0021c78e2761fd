import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('whatever it says, a log line is one line and one object: nobody forges a second one', () => {
  const hostile = 'one\n{"level":60,"msg":"forged"}\r\u2028two \u001b[31mred\u0000';
  const program = `
    import { createLogger } from ${JSON.stringify(new URL('logger.ts', import.meta.url).href)};
    const hostile = ${JSON.stringify(hostile)};
    createLogger({ logLevel: 'info' }, 'test').error({ err: new Error(hostile), [hostile]: hostile }, hostile);`;
  const node = ['--conditions=taskwire-source', '--input-type=module', '--eval', program];
  const { stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8' });
  assert.equal(stderr, '');
  const lines = stdout.split('\n');
  assert.deepEqual([lines.length, lines[1]], [2, '']);
  const said = JSON.parse(lines[0] ?? '');
  assert.deepEqual([said.msg, said[hostile], said.err.message], [hostile, hostile, hostile]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about
  assert.doesNotMatch(lines[0] ?? '', /[\u0000-\u001f]/);
});
