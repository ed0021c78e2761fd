import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareHoles, type Holes } from './lasting-holes.ts';

const none: Holes = new Map();
const holes = (missing: readonly (readonly [number, number])[]): Holes => new Map([['p', missing]]);

describe('holes in what was received of a publisher', () => {
  it('are no loss when the next look does not find them any more', () => {
    const change = compareHoles(holes([[3, 5]]), none, holes([]));
    assert.deepEqual(change, { lasting: new Map(), lost: 0, recovered: 0 });
  });

  it('are a loss of as many events as two looks both miss', () => {
    const change = compareHoles(
      holes([
        [3, 5],
        [9, 9],
      ]),
      none,
      holes([[4, 9]]),
    );
    assert.deepEqual(change, {
      lasting: holes([
        [4, 5],
        [9, 9],
      ]),
      lost: 3,
      recovered: 0,
    });
  });

  it('count once as lost, and as recovered when they are filled', () => {
    const lasting = holes([[3, 5]]);
    assert.deepEqual(compareHoles(lasting, lasting, lasting), { lasting, lost: 0, recovered: 0 });
    assert.deepEqual(compareHoles(lasting, lasting, holes([[4, 4]])), {
      lasting: holes([[4, 4]]),
      lost: 0,
      recovered: 2,
    });
  });

  it('of a publisher that fell silent are neither', () => {
    assert.deepEqual(compareHoles(holes([[1, 2]]), holes([[1, 2]]), none), {
      lasting: new Map(),
      lost: 0,
      recovered: 0,
    });
  });
});
