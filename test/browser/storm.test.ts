import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freshDatabaseUrl, waitUntil } from '@taskwire/test-harness';
import type { Page } from 'playwright-core';
import { furnish } from './furnish.ts';
import { watchMainThread } from './main-thread.ts';
import { startStorm } from './start-storm.ts';

/** Longer than that, and a click is felt to wait. */
const TASK_CPU_MS_MAX = 200;
/** What counts as good on the web. */
const LAYOUT_SHIFT_MAX = 0.1;
const WATCHED_MS = 3_000;
/** So often has the page to have been drawn anew meanwhile: on a machine without time for it nothing would be measured. */
const CHANGES_MIN = 10;

const { house, browser, visit } = await furnish({ env: { DATABASE_URL: await freshDatabaseUrl() } });

test('in a storm of 1,000 events a second no page is busy for long at a stretch, and nothing jumps', async (t) => {
  using storm = startStorm(house.redis.url);
  await using visitor = await visit('/');
  const { page } = visitor;
  for (const [address, landmark] of [
    ['/', 'Running now'],
    ['/tasks', 'storm'],
    [`/tasks/${storm.eye}`, 'What happened'],
  ] as const) {
    await page.goto(`${house.url}${address}`);
    await page.getByRole('main').getByText(landmark).first().waitFor();
    await page.getByText('Live', { exact: true }).first().waitFor();
    const busy = await watchMainThread(browser, page, () => somethingHappens(page));
    t.diagnostic(
      `${address}: longest task ${busy.longestTaskCpuMs.toFixed(0)} ms of CPU (${busy.longestTaskMs.toFixed(0)} ms by the clock), ` +
        `${busy.cpuMsPerS.toFixed(0)} ms of CPU a second, layout shift ${busy.layoutShift.toFixed(3)}`,
    );
    assert.ok(busy.cpuMsPerS > 1, 'the browser tells CPU times');
    assert.ok(busy.longestTaskCpuMs < TASK_CPU_MS_MAX, `${address}: a task of ${busy.longestTaskCpuMs} ms`);
    assert.ok(busy.layoutShift < LAYOUT_SHIFT_MAX, `${address}: ${busy.moved.join('; ')}`);
  }
  const perSecond = await storm.end();
  t.diagnostic(`${perSecond.toFixed(0)} events a second`);
  // It has kept up: the last word of the storm is seen.
  await page.getByRole('main').getByRole('status').getByText('Success').waitFor();
  visitor.assertNoTrouble();
});

async function somethingHappens(page: Page): Promise<void> {
  const changes = await page.evaluateHandle(() => {
    const seen = { count: 0 };
    new MutationObserver(() => seen.count++).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    return seen;
  });
  await delay(WATCHED_MS);
  await waitUntil(async () => (await changes.evaluate(({ count }) => count)) >= CHANGES_MIN, {
    what: 'changes on the page',
    timeoutMs: 60_000,
    pollMs: 200,
  });
}
