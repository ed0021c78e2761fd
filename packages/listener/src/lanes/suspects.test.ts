import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Delivery } from '../intake/delivery.ts';
import { groupsOf } from './suspects.ts';

it('suspects are tried in groups, and alone once a listener ended over them', () => {
  const deliveries = Array.from({ length: 100 }, (_, index) =>
    Delivery.of('stream', String(index), Buffer.alloc(0)),
  );
  const marks = deliveries.map((_, index) => (index === 5 ? 3 : index === 50 ? 1 : 0));
  const groups = groupsOf(deliveries, marks);
  assert.deepEqual(
    groups.map(({ group, tries }) => [group.length, tries]),
    [
      [64, 0],
      [34, 0],
      [1, 1],
      [1, 3],
    ],
  );
  assert.equal(groups.at(-1)?.group[0]?.receipt.id, '5');
});
