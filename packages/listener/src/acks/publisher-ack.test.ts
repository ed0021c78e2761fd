import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ackOf, countOf } from './publisher-ack.ts';

it('an ack counts the sequences that it stands for', () => {
  assert.equal(
    countOf({
      highest: 10,
      missing: [
        [2, 3],
        [5, 5],
      ],
    }),
    7,
  );
  assert.equal(countOf({ highest: 0, missing: [] }), 0);
});

it('an ack names at most a thousand missing ranges, and says nothing of what lies above', () => {
  const missing = Array.from({ length: 1_500 }, (_, index) => [2 * index + 2, 2 * index + 2] as const);
  const ack = ackOf({ publisher_id: 'p', low_water: 1, highest: 3_001, missing, reused_sequences: 0 });
  assert.equal(ack.missing.length, 1_000);
  assert.equal(ack.highest, 2_001);
  assert.ok(ack.missing.every(([, to]) => to <= ack.highest));
});
