import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { furnish } from './furnish.ts';

const { visit } = await furnish();

/** What a task page says from now on, each time that it says something else: also what is gone before we could look. */
async function recordSayings(page: Page): Promise<() => Promise<readonly string[]>> {
  const recorder = await page.evaluateHandle(() => {
    const said: string[] = [];
    const listen = () => {
      const status = document.querySelector('main [role="status"]')?.textContent ?? '';
      const share = document.querySelector('main [role="progressbar"]')?.getAttribute('aria-valuenow');
      const saying = share === null || share === undefined ? status : `${status} ${share} %`;
      if (status !== '' && said.at(-1) !== saying) said.push(saying);
    };
    new MutationObserver(listen).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    return said;
  });
  return () => recorder.jsonValue();
}

test('a task that is submitted from the dialog is seen going from RUNNING with progress to SUCCESS, without a reload', async () => {
  await using visitor = await visit();
  const { page } = visitor;
  const sayings = await recordSayings(page);
  await page.getByRole('button', { name: 'Submit task' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Task', { exact: true }).fill('tasks.web.system.analyze_resources');
  await dialog.getByLabel('Parameters').fill('{ "sample_ms": 3000 }');
  await dialog.getByLabel('Id', { exact: true }).fill('from-the-dialog');
  await dialog.getByRole('button', { name: 'Submit', exact: true }).click();

  await page.waitForURL('**/tasks/from-the-dialog');
  await page.getByRole('main').getByRole('status').getByText('Success').waitFor();
  await page.getByRole('region', { name: 'Result' }).getByText('"cores"').waitFor();

  // The list would be gone if the page had been loaded again.
  const said = await sayings();
  const shares = said.flatMap((saying) => /^Running (\d+) %$/.exec(saying)?.[1] ?? []).map(Number);
  assert.ok(shares.length >= 2, said.join(', '));
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
    'progress only grows',
  );
  assert.match(said.at(-1) ?? '', /^Success/);
  visitor.assertNoTrouble();
});
