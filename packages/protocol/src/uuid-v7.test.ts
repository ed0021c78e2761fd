import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventIdTimeMs } from './event-id.ts';
import { createEventIdSource } from './uuid-v7.ts';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('every id is a lower-case UUID version 7 and carries its time', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 47 }), (ms) => {
      const id = createEventIdSource({ now: () => ms + 0.75, random: randomBytes })();
      assert.match(id, FORM);
      assert.equal(eventIdTimeMs(id), ms);
    }),
  );
});

test('ids ascend, also within one ms, over the end of the counter, and while the clock jitters backwards', () => {
  let ms = 1_760_000_000_000;
  const next = createEventIdSource({ now: () => ms, random: randomBytes });
  let previous = next();
  for (let i = 0; i < 20_000; i++) {
    ms += i % 3 === 0 ? -1 : i % 1000 === 1 ? 5 : 0;
    const id = next();
    assert.ok(id > previous, `${id} after ${previous}`);
    previous = id;
  }
});

test('a clock that is set back by an hour is followed, and no id is given twice', () => {
  let ms = 1_760_000_000_000;
  const next = createEventIdSource({ now: () => ms, random: randomBytes });
  const ids = new Set([next()]);
  ms -= 3_600_000;
  const id = next();
  assert.equal(eventIdTimeMs(id), ms);
  assert.ok(!ids.has(id));
});
