import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mergeKey } from './merge-key.ts';

const base = {
  status: 'RUNNING',
  attempt: 1,
  event_time_us: 1_767_261_600_000_000,
  event_id: '019b78ff-f900-7000-8000-000000000001',
  source: null,
} as const;

test('from the left: class, attempt, tier, rank and time (or time and rank), event_id', () => {
  const id = '019b78fff90070008000000000000001';
  const time = '064750a7e4a800';
  assert.equal(mergeKey(base), `00${'00000001'}02${'04'}${time}${id}`);
  assert.equal(mergeKey({ ...base, attempt: 0 }), `00${'00000001'}01${time}${'04'}${id}`);
  assert.equal(mergeKey({ ...base, status: 'PENDING' }), `00${'00000001'}00${'02'}${time}${id}`);
  assert.equal(mergeKey({ ...base, status: 'SUCCESS', attempt: 11 }), `02${'0000000b'}02${'0c'}${time}${id}`);
  assert.equal(mergeKey({ ...base, status: 'CANCELLED' }).slice(0, 2), '01');
});

test('a reconciler counts half a step less than a worker that says the same', () => {
  const failure = { ...base, status: 'FAILURE' } as const;
  const lost = mergeKey({ ...failure, source: 'reconciler', event_time_us: base.event_time_us + 1 });
  assert.ok(lost < mergeKey(failure));
  assert.ok(lost > mergeKey({ ...base, status: 'RETRY' }));
});

test('every part keeps its place, however large its value', () => {
  const hex = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, '0');
  const latestUs = Date.UTC(2255, 0, 1) * 1000 - 1;
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.constant(2 ** 31 - 1)),
      fc.oneof(fc.integer({ min: 0, max: latestUs }), fc.constant(latestUs)),
      fc.uuid(),
      (attempt, event_time_us, event_id) => {
        const id = event_id.replaceAll('-', '');
        const key = mergeKey({ ...base, attempt, event_time_us, event_id });
        assert.equal(key, `00${hex(attempt, 8)}0204${hex(BigInt(event_time_us), 14)}${id}`);
      },
    ),
  );
});

test('what is no UUID has no key', () => {
  for (const event_id of ['', 'x', `${base.event_id}0`]) {
    assert.throws(() => mergeKey({ ...base, event_id }), RangeError);
  }
});
