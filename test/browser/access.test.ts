import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from './assert-accessible.ts';
import { furnish } from './furnish.ts';
import { report } from './report.ts';

const OPERATOR = 'operator-of-the-browser-test';
const VIEWER = 'viewer-of-the-browser-test';
const { house, visit } = await furnish({
  env: { TASKWIRE_OPERATOR_TOKENS: `olga:${OPERATOR}`, TASKWIRE_VIEWER_TOKENS: `viktor:${VIEWER}` },
  token: OPERATOR,
});
await report(house, { task_request_id: 'seen-by-all', status: 'RUNNING', task_name: 'reports.nightly' });
await house.redis.command('LPUSH', 'task_status_queue', 'not JSON');

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test('who has no token sees the sign-in and nothing else, and comes to the wanted page with a token', async () => {
  await using visitor = await visit('/tasks?task_name=reports.nightly');
  const { page } = visitor;
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await assertAccessible(page, 'the sign-in');
  assert.equal(await page.getByText('seen-by-all').count(), 0);

  await signIn(page, 'a-token-that-nobody-gave-out');
  await page.getByText('This token is not known here').waitFor();
  await signIn(page, OPERATOR);
  await page.waitForURL('**/tasks?task_name=reports.nightly');
  await page.getByRole('list', { name: 'Tasks' }).getByText('seen-by-all').waitFor();
  assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage })), '{}');
  visitor.assertNoTrouble();
});

test('an operator signs out, and nothing of what was seen is left', async () => {
  await using visitor = await visit('/tasks');
  const { page } = visitor;
  await signIn(page, OPERATOR);
  await page.getByRole('list', { name: 'Tasks' }).getByText('seen-by-all').waitFor();
  await page.getByRole('button', { name: 'Appearance and language' }).click();
  await page.getByText('Signed in as operator').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await page.getByText('seen-by-all').count(), 0);
  await page.goto(`${house.url}/tasks/seen-by-all`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  visitor.assertNoTrouble();
});

test('a viewer sees everything and is offered nothing that changes it, and is refused where one tries', async () => {
  await using visitor = await visit('/tasks/seen-by-all');
  const { page } = visitor;
  await signIn(page, VIEWER);
  await page.getByRole('main').getByRole('status').getByText('Running').waitFor();
  await page.getByText('Read only').first().waitFor();
  assert.equal(await page.getByRole('button', { name: /Submit|Cancel|Run again/ }).count(), 0);
  await page.keyboard.press('c');
  assert.equal(await page.getByRole('dialog').count(), 0);

  await page.getByRole('navigation').getByRole('link', { name: 'Dead letters' }).click();
  await page.getByRole('link', { name: 'Not JSON' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /Replay|Discard/ }).count(), 0);
  assert.equal(await page.getByRole('checkbox').count(), 0);
  await page.getByRole('link', { name: 'Not JSON' }).click();
  await page.getByText('What to do').waitFor();
  assert.equal(await page.getByRole('button', { name: /Replay|Discard/ }).count(), 0);

  const refused = await page.evaluate(async () => {
    const answers = await Promise.all(
      ['api/v1/tasks/seen-by-all/cancel', 'api/v1/dead-letters/1/discard'].map((path) =>
        fetch(`/${path}`, { method: 'POST' }),
      ),
    );
    return answers.map(({ status }) => status);
  });
  assert.deepEqual(refused, [403, 403]);
  visitor.assertNoTrouble();
});

test('a page whose token is taken back goes to the sign-in by itself', async () => {
  await using visitor = await visit('/tasks');
  const { page } = visitor;
  await signIn(page, VIEWER);
  await page.getByRole('list', { name: 'Tasks' }).getByText('seen-by-all').waitFor();
  // The cookie runs out, or the token is no longer among the settings: the server does not know it any more.
  await page.context().clearCookies();
  await page.getByRole('navigation').getByRole('link', { name: 'Workers' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('to'), '/workers');
  visitor.assertNoTrouble();
});
