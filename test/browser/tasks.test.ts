import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntil } from '@taskwire/test-harness';
import type { Page } from 'playwright-core';
import { furnish } from './furnish.ts';
import { report } from './report.ts';

const { house, visit } = await furnish();

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

test('a task is found by filters that stand in the address, opened with all there is to know, and left by the way back', async () => {
  const error = 'the host db-7 did not answer';
  await report(
    house,
    { task_request_id: 'found-1', status: 'RUNNING', task_name: 'reports.nightly' },
    {
      task_request_id: 'found-1',
      status: 'FAILURE',
      task_name: 'reports.nightly',
      data: { error, error_type: 'TimeoutError' },
    },
    {
      task_request_id: 'other-1',
      status: 'SUCCESS',
      task_name: 'reports.nightly',
      data: { result: { rows: 1 } },
    },
  );
  await using visitor = await visit('/tasks');
  const { page } = visitor;
  const rows = page.getByRole('list', { name: 'Tasks' }).getByRole('listitem');
  await rows.filter({ hasText: 'other-1' }).waitFor();

  await page.getByRole('searchbox').pressSequentially('DB-7');
  await rows.filter({ hasText: 'other-1' }).waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).search, '?q=DB-7');
  assert.equal(await page.getByRole('searchbox').inputValue(), 'DB-7', 'nothing typed is lost');
  await page.getByRole('group', { name: 'Status' }).getByRole('button', { name: 'Failure' }).click();
  await page.waitForURL('**/tasks?status=FAILURE&q=DB-7');
  await rows.filter({ hasText: 'found-1' }).getByRole('link').click();
  await page.waitForURL('**/tasks/found-1');
  const main = page.getByRole('main');
  await main.getByRole('region', { name: 'Error' }).getByText(error).waitFor();
  const timeline = main.getByRole('list', { name: 'What happened' });
  assert.deepEqual(await timeline.locator('strong').allTextContents(), ['Running', 'Failure']);
  await main.getByRole('table').getByText('worker-of-the-test').first().waitFor();

  await page.goBack();
  await page.waitForURL('**/tasks?status=FAILURE&q=DB-7');
  await rows.filter({ hasText: 'found-1' }).waitFor();
  await page.goBack();
  await page.waitForURL('**/tasks?q=DB-7');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await rows.filter({ hasText: 'other-1' }).waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), '');
  visitor.assertNoTrouble();
});

test('a view that somebody sends opens as it was', async () => {
  await report(house, { task_request_id: 'sent-1', status: 'FAILURE', task_name: 'reports.sent' });
  await using visitor = await visit('/tasks?status=FAILURE&task_name=reports.sent&sort=created_at');
  const { page } = visitor;
  const rows = page.getByRole('list', { name: 'Tasks' }).getByRole('listitem');
  await rows.filter({ hasText: 'sent-1' }).waitFor();
  assert.equal(await rows.count(), 1);
  assert.equal(await page.getByRole('button', { name: 'Failure' }).getAttribute('aria-pressed'), 'true');
  visitor.assertNoTrouble();
});

test('a list of thousands is read to its end by keyboard, opened there, and found again at the same place', async () => {
  const nowMs = Date.now();
  const many = Array.from({ length: 1_000 }, (_, index) => ({
    task_request_id: `many-${String(index).padStart(4, '0')}`,
    status: 'SUCCESS',
    task_name: 'reports.many',
    at: new Date(nowMs - index),
  }));
  await report(house, ...many);
  await using visitor = await visit('/tasks?task_name=reports.many');
  const { page } = visitor;
  const rows = page.getByRole('list', { name: 'Tasks' }).getByRole('listitem');
  await rows.first().getByRole('link').focus();
  await waitUntil(
    async () => {
      await page.keyboard.press('End');
      return page.getByText('1,000 loaded').isVisible();
    },
    { what: 'all rows', timeoutMs: 60_000, pollMs: 100 },
  );
  await page.keyboard.press('End');
  const focused = (id: string) => rows.getByRole('link', { name: id }).and(page.locator(':focus'));
  await focused('many-0999').waitFor();
  assert.ok((await rows.count()) < 100, 'only rows in view exist');
  await page.keyboard.press('ArrowUp');
  await focused('many-0998').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/tasks/many-0998');
  await page.goBack();
  await rows.getByRole('link', { name: 'many-0998' }).waitFor();
  assert.equal(await rows.getByRole('link', { name: 'many-0000' }).count(), 0);
  visitor.assertNoTrouble();
});
