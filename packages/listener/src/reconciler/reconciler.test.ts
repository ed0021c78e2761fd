import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { silentLogger } from '@taskwire/protocol';
import { silentTask } from '../../test/silent-task.ts';
import { createHealthBoard } from '../health.ts';
import type { CollectedSigns } from '../heartbeats/heartbeat-collector.ts';
import { createMetrics } from '../metrics.ts';
import type { SilentTask } from '../store/silent-task-repository.ts';
import { createReconciler } from './reconciler.ts';

const GRACE_MS = 60_000;
/** Longer than from one look to the next. */
const LOOK_MS = 60_000;

const LOST = silentTask();

/** A worker that ran the task and fell silent, heard of by a Redis that answers. */
const signsNow = (wish: Partial<CollectedSigns> = {}): CollectedSigns => ({
  collectedAt: performance.now(),
  unbrokenSince: performance.now() - GRACE_MS - 1,
  workers: [
    {
      worker_id: 'worker-1',
      worker_container: 'container-1',
      age_ms: GRACE_MS + 1,
      stopped: false,
      running: new Set(['task-1']),
      oldest_unacknowledged_ms: 0,
    },
  ],
  ...wish,
});

/** A leading reconciler on a clock that the test moves; its queue will run every task again, so that nothing is corrected. */
async function begin(
  t: TestContext,
  {
    signs = signsNow,
    streamOldestMs = () => 0,
    tasks = () => [LOST],
  }: {
    readonly signs?: () => CollectedSigns | null;
    readonly streamOldestMs?: () => number | null;
    readonly tasks?: () => readonly SilentTask[];
  },
) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const health = createHealthBoard(Date.now);
  let looks = 0;
  const asked: string[] = [];
  const reconciler = createReconciler({
    silentTasks: {
      find: async () => {
        looks++;
        return tasks();
      },
    },
    queueBackend: {
      state: async (id) => {
        asked.push(id);
        return { state: 'waiting' };
      },
    },
    limits: { graceMs: GRACE_MS, silenceMs: GRACE_MS * 100 },
    signs,
    streamOldestMs,
    intake: null as never, // Only corrections go there.
    leader: {
      leads: () => true,
      nextTerm: async () => new AbortController().signal,
      start: async () => {},
      stop: async () => {},
      [Symbol.asyncDispose]: async () => {},
    },
    health,
    metrics: createMetrics(),
    logger: silentLogger,
    random: () => 0.5,
  });
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  await reconciler.start();
  t.after(() => reconciler.stop());
  await settled();
  return {
    looks: () => looks,
    asked,
    says: () => health.read().parts.find(({ part }) => part === 'reconciler')?.detail,
    nextLook: async () => {
      t.mock.timers.tick(LOOK_MS);
      await settled();
    },
  };
}

describe('the reconciler concludes nothing', () => {
  const HINDRANCES = {
    'while no heartbeats are known': [{ signs: () => null }, 'waits: Redis is away'],
    'from heartbeats of some seconds ago': [
      { signs: () => signsNow({ collectedAt: performance.now() - 5_001 }) },
      'waits: Redis is away',
    ],
    'while Redis does not say how far the stream is read': [
      { streamOldestMs: () => null },
      'waits: Redis is away',
    ],
    'before workers have had the grace time to speak again': [
      { signs: () => signsNow({ unbrokenSince: performance.now() - GRACE_MS + 1_000 }) },
      'waits: Redis was away, or this replica leads only just',
    ],
    'while the stream is behind': [{ streamOldestMs: () => 5_001 }, 'waits: the stream is behind'],
  } as const;
  for (const [when, [surroundings, words]] of Object.entries(HINDRANCES)) {
    it(`${when}, and says so`, async (t) => {
      const reconciler = await begin(t, surroundings);
      await reconciler.nextLook();
      assert.equal(reconciler.says(), words);
      assert.equal(reconciler.looks(), 0);
    });
  }

  it('from one look alone', async (t) => {
    const reconciler = await begin(t, {});
    assert.deepEqual([reconciler.looks(), reconciler.asked], [1, []]);
    await reconciler.nextLook();
    assert.deepEqual([reconciler.looks(), reconciler.asked], [2, ['task-1']]);
    assert.equal(reconciler.says(), 'looks after silent tasks');
  });

  it('from two looks between which the task has moved', async (t) => {
    let last_status_update_us = LOST.last_status_update_us;
    const reconciler = await begin(t, { tasks: () => [{ ...LOST, last_status_update_us }] });
    last_status_update_us += 1;
    await reconciler.nextLook();
    assert.deepEqual([reconciler.looks(), reconciler.asked], [2, []]);
    await reconciler.nextLook();
    assert.deepEqual(reconciler.asked, ['task-1']);
  });

  it('from a look before the stream was behind and one after', async (t) => {
    let oldestMs = 0;
    const reconciler = await begin(t, { streamOldestMs: () => oldestMs });
    oldestMs = 5_001;
    await reconciler.nextLook();
    oldestMs = 0;
    await reconciler.nextLook();
    assert.deepEqual([reconciler.looks(), reconciler.asked], [2, []]);
  });
});
