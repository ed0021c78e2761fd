import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveChange } from '../client/live-changes.ts';
import { createSeenChanges } from './seen-changes.ts';

const change = (more: Partial<LiveChange> = {}): LiveChange => ({
  task_request_id: 'a',
  status: 'RUNNING',
  task_name: null,
  attempt: 1,
  progress: 0.5,
  last_status_update: '2030-01-01T00:00:01.000000Z',
  revision: 2,
  ...more,
});

test('a change that comes twice, or an older one after a newer, is shown once', () => {
  const seen = createSeenChanges();
  assert.ok(seen.isNew(change()));
  assert.ok(!seen.isNew(change()));
  assert.ok(!seen.isNew(change({ revision: 1, status: 'PENDING' })));
  assert.ok(seen.isNew(change({ revision: 3, status: 'SUCCESS' })));
  assert.ok(seen.isNew(change({ task_request_id: 'b' })));
});

test('what was read from the list, which knows no revision, is new where it says something else', () => {
  const seen = createSeenChanges();
  seen.isNew(change());
  const { revision: _, ...listed } = change();
  assert.ok(!seen.isNew(listed));
  assert.ok(seen.isNew({ ...listed, progress: 0.6 }));
});

test('the newest time is that of the changes, from the beginning on', () => {
  const seen = createSeenChanges('2029-01-01T00:00:00.000Z');
  assert.equal(seen.newestTime(), '2029-01-01T00:00:00.000Z');
  seen.isNew(change());
  seen.isNew(change({ task_request_id: 'b', last_status_update: '2029-06-01T00:00:00.000000Z' }));
  assert.equal(seen.newestTime(), '2030-01-01T00:00:01.000000Z');
});
