import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENTRY_EVENTS_MAX, STREAM_FIELDS } from '@taskwire/protocol';
import { loadLuaScript } from './lua-script.ts';

test('the script names the fields of an entry as the listener reads them, in that order', () => {
  const { source } = loadLuaScript('publish-batch.lua');
  const call = /'XADD'[^}]*}/s.exec(source)?.[0] ?? '';
  const names = [...call.matchAll(/'([a-z_]+)'/g)].map(([, name]) => name);
  assert.deepEqual(names, Object.values(STREAM_FIELDS));
  const more = /while at \+ events[\s\S]*?\n {2}end\n/.exec(source)?.[0] ?? '';
  assert.deepEqual(
    [...more.matchAll(/'([a-z_]+)'/g)].map(([, name]) => name),
    [STREAM_FIELDS.event],
  );
});

test('the script puts as many events into an entry as listeners expect in one', () => {
  const { source } = loadLuaScript('publish-batch.lua');
  assert.equal(Number(/ENTRY_EVENTS_MAX = (\d+)/.exec(source)?.[1]), ENTRY_EVENTS_MAX);
});
