import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger, TaskwireError } from '@taskwire/protocol';
import { LIMITS } from '../../test/usual-events.ts';
import { createHealthBoard } from '../health.ts';
import { createMetrics } from '../metrics.ts';
import type { EncodedOutcome } from '../store/batch.ts';
import type { EncodedBatch } from '../store/batch-encoder.ts';
import { EventIdTexts } from '../store/event-id-texts.ts';
import { ParameterBlock } from '../store/parameter-block.ts';
import { Receipt } from './delivery.ts';
import type { IntakeContext } from './intake-context.ts';
import { createSlots } from './slots.ts';
import { EventColumns, StreamEvents } from './stream-events.ts';
import { takeInEncoded } from './take-in-encoded.ts';

const ID = '019a53a1-2000-7000-8000-000000000001';
function oneEvent(): StreamEvents {
  const columns = new EventColumns();
  columns.beginEntry(new Receipt('1-1'), null);
  columns.add(Buffer.from('{}'), 0, 2, null);
  return new StreamEvents(columns);
}

/** What a batch of one event went through. */
function follow(apply: () => EncodedOutcome, wish: Partial<IntakeContext> = {}) {
  const seen: string[] = [];
  const batch: EncodedBatch = {
    events: 1,
    parameters: new ParameterBlock(Buffer.alloc(0), 0),
    publishers: [],
    eventIds: new EventIdTexts(Buffer.from(ID)),
    counted: {
      statuses: Uint8Array.of(1),
      event_times_us: Float64Array.of(1),
      execution_times_s: Float64Array.of(Number.NaN),
    },
    done: () => void seen.push('given back'),
  };
  const context = {
    service: {
      encode: () => batch,
      applyEncoded: async () => apply(),
      apply: async () => assert.fail(),
      earliestMs: () => 0,
    },
    slots: createSlots(1),
    trials: createSlots(1),
    health: createHealthBoard(Date.now),
    metrics: createMetrics(),
    logger: silentLogger,
    random: () => 0,
    consumer: 'listener',
    eventBytesMax: 1_000,
    signatures: null,
    clock: { nowMs: () => LIMITS.nowMs, known: async () => true },
    failpoints: {},
    tracing: null,
    wantsChanges: () => true,
    acknowledge: () => void seen.push('acknowledged'),
    dropCopies: (ids) =>
      void seen.push(`dropped ${[...(ids instanceof EventIdTexts ? ids.toArray() : ids)]}`),
    announce: [({ event_ids }) => void seen.push(`announced ${[...event_ids]}`)],
    ...wish,
  } satisfies IntakeContext;
  const settleIds = async (ids: readonly string[]) => void seen.push(`settled ${[...ids]}`);
  const take = () => takeInEncoded(oneEvent(), LIMITS, settleIds, context);
  return { seen, context, take };
}

const done: EncodedOutcome = { done: true, changes: [], conflicts: 0, publishers: [] };
const failWith = (error: Error) => () => {
  throw error;
};

describe('the short cut of a batch of usual events', () => {
  it('ends with everything told, and its memory given back before anybody is waited for', async () => {
    const { seen, context, take } = follow(() => done);
    assert.equal(await take(), 'done');
    assert.deepEqual(seen, [`dropped ${ID}`, 'given back', 'acknowledged', 'settled 1-1', `announced ${ID}`]);
    assert.equal(context.metrics.read().committed.stream, 1);
  });

  it('asks with an announcement of nothing where nobody wants to hear of it', async () => {
    const { seen, take } = follow(() => done, { wantsChanges: () => false });
    await take();
    assert.equal(seen.at(-1), 'announced ');
  });

  it('leads back with what is known of the batch, and nothing told', async () => {
    const inserted = new Set([ID]);
    assert.deepEqual(await follow(() => ({ done: false, inserted })).take(), { inserted });
    const refused = follow(() => ({ done: false }));
    assert.deepEqual(await refused.take(), {});
    assert.deepEqual(refused.seen, ['given back']);
  });

  it('keeps its memory where the database may be reading it still', async () => {
    const away = new TaskwireError('database_unavailable', 'it is away');
    const { seen, take } = follow(failWith(away));
    assert.deepEqual(await take(), { error: away });
    assert.deepEqual(seen, []);
  });

  it('is no reason to give up an event: a fault of its own leads to the long way', async () => {
    const fault = new TypeError('unforeseen');
    assert.deepEqual(await follow(failWith(fault)).take(), {});
    const wrapped = new TaskwireError('database_unavailable', 'x', { cause: fault });
    assert.deepEqual(await follow(failWith(wrapped)).take(), {});
    const broken = follow(() => done);
    broken.context.service.encode = failWith(new RangeError('memory access out of bounds'));
    assert.deepEqual(await broken.take(), {});
  });

  it('is not for where somebody wants to see each event', async () => {
    const tracing = { committed: () => {} };
    assert.deepEqual(await follow(() => assert.fail(), { tracing }).take(), {});
    assert.deepEqual(await follow(() => assert.fail(), { failpoints: { afterCommit: () => {} } }).take(), {});
  });
});
