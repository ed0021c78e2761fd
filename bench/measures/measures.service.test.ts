import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MEASURES } from './measures.ts';

/** So little that nothing is measured; what is looked at is that each of them still runs. */
const SCALE = 0.005;

for (const measure of MEASURES) {
  it(`${measure.name} still measures what it says`, async () => {
    const figures = await measure.run(SCALE);
    assert.ok(figures.length > 0);
    for (const { name, value, comparedWith } of figures) {
      assert.ok(Number.isFinite(value) && value >= 0, `${name} is ${value}`);
      if (comparedWith !== undefined) assert.ok(figures.some((other) => other.name === comparedWith));
    }
  });
}
