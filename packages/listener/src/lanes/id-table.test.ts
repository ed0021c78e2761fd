import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { createEventIdSource } from '@taskwire/protocol';
import fc from 'fast-check';
import { createIdTable } from './id-table.ts';

const ids = (count: number) =>
  Array.from({ length: count }, createEventIdSource({ now: () => 0, random: randomBytes }));

describe('a table of ids', () => {
  it('knows what was added to it, each once, and nothing else, up to the last place', () => {
    const added = ids(20_000);
    const table = createIdTable(added.length);
    for (const id of [...added, ...added]) table.add(id);
    assert.equal(table.size, added.length);
    assert.ok(added.every((id) => table.has(id)));
    assert.equal(ids(100_000).filter((id) => table.has(id)).length, 0);
  });

  it('answers like a set for any texts', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 40 }), fc.array(text), (added, asked) => {
        const table = createIdTable(40);
        const set = new Set(added);
        for (const id of added) table.add(id);
        assert.equal(table.size, set.size);
        for (const id of [...added, ...asked]) assert.equal(table.has(id), set.has(id));
      }),
    );
  });

  it('knows an id that stands among other bytes or words as the text that it is, and the other way round', () => {
    const [first, second, third] = ids(3) as [string, string, string];
    const bytes = Buffer.from(`"${first}","${second}"`);
    const table = createIdTable(10);
    const words = new Int32Array(10);
    Buffer.from(words.buffer).write(first, 4);
    table.addWords(words, 1, 9);
    table.add(second);
    assert.deepEqual([first, second, third].map(table.has), [true, true, false]);
    assert.equal(table.hasFrom(bytes, 40, 76), true);
    assert.equal(table.hasFrom(bytes, 2, 38), false);
  });

  it('knows nothing any more once it is cleared', () => {
    const table = createIdTable(10);
    table.add('a');
    table.clear();
    assert.equal(table.size, 0);
    assert.ok(!table.has('a'));
  });
});
