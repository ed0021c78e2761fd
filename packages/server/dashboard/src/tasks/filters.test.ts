import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filtersOf, isFiltered, queryOf, searchOf } from './filters.ts';

const from = (search: string) => filtersOf(new URLSearchParams(search));

test('a view comes back from its address, and the plain list has the plain address', () => {
  assert.equal(searchOf(from('')).toString(), '');
  const search = 'status=RUNNING&status=FAILURE&q=a+b&conflict=true&sort=created_at';
  assert.equal(searchOf(from(search)).toString(), search);
});

test('statuses may come in one word, and what nobody knows is left out', () => {
  const filters = from('status=FAILURE,RUNNING,NONSENSE&sort=sideways');
  assert.deepEqual(filters.status, ['RUNNING', 'FAILURE']);
  assert.equal(filters.sort, '-created_at');
  assert.ok(isFiltered(filters));
  assert.ok(!isFiltered(from('sort=created_at')));
});

test('the server is asked with instants, not with local times, and never with half a time', () => {
  const { created_after, created_before } = queryOf(
    from('created_after=2026-01-01T10:00&created_before=soon'),
  );
  assert.equal(created_after, new Date('2026-01-01T10:00').toISOString());
  assert.equal(created_before, '');
});
