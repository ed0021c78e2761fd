import assert from 'node:assert/strict';
import type { AxeResults } from 'axe-core';
import axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * axe finds nothing on the page that it calls serious or critical. It comes in over the debugging protocol, which the
 * content security policy does not bind.
 */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: Axe }).axe.run(document));
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => ({
      id,
      help,
      // Enough to find it by.
      where: nodes.map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`).slice(0, 5),
    }));
  assert.deepEqual(grave, [], what);
}

interface Axe {
  run(document: Document): Promise<AxeResults>;
}
