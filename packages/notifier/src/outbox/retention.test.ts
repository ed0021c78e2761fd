import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublisherAck } from '@taskwire/protocol';
import { createMemoryLog } from './memory-log.ts';
import { createRetention } from './retention.ts';

const upTo = (low_water: number): PublisherAck => ({ low_water, missing: [], highest: low_water });

test('while acknowledgements come all the time, each event goes after its grace time and not much later', () => {
  const graceMs = 60_000;
  const retention = createRetention(graceMs);
  const log = createMemoryLog('p');
  for (let i = 0; i < 10_000; i++) log.append(() => ({ event_id: 'e', payload: '' }));
  for (let ms = 100; ms <= 180_000; ms += 100) {
    log.saveAck(upTo(Math.min(10_000, ms / 100)));
    const expired = retention.expiredTo(log, ms);
    assert.ok(expired <= Math.max(0, ms - graceMs) / 100, `not before its time: ${expired} at ${ms} ms`);
    if (ms > graceMs * 1.1) assert.ok(expired >= (ms - graceMs * 1.1) / 100, `${expired} at ${ms} ms`);
    log.deleteTo(expired, 1_000);
  }
});

test('what the database took back is not deleted', () => {
  const retention = createRetention(1_000);
  const log = createMemoryLog('p');
  for (let i = 0; i < 100; i++) log.append(() => ({ event_id: 'e', payload: '' }));
  log.saveAck(upTo(100));
  assert.equal(retention.expiredTo(log, 0), 0);
  log.saveAck(upTo(40));
  assert.ok(retention.expiredTo(log, 5_000) <= 40);
  assert.equal(retention.expiredTo(log, 7_000), 40);
});
