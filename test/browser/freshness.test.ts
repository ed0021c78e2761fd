import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createEventIdSource } from '@taskwire/protocol';
import type { Page, Route } from 'playwright-core';
import { furnish } from './furnish.ts';
import { report } from './report.ts';

const { house, visit } = await furnish();

/** The next answer of this address stays on its way until it is released; all others pass. */
async function delayNext(page: Page, address: string) {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const delivered = Promise.withResolvers<void>();
  let isFirst = true;
  await page.route(address, async (route: Route) => {
    if (!isFirst) return route.continue();
    isFirst = false;
    const response = await route.fetch();
    asked.resolve();
    await released.promise;
    await route.fulfill({ response });
    delivered.resolve();
  });
  return {
    asked: asked.promise,
    release: async () => {
      released.resolve();
      await delivered.promise;
      // What the page makes of it is drawn.
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
    },
  };
}

test('an answer about a task that comes after newer live events does not bring the old state back', async () => {
  const id = 'overtaken-task';
  await report(house, { task_request_id: id, status: 'RUNNING' });
  await using visitor = await visit(`/tasks/${id}`);
  const { page } = visitor;
  const status = page.getByRole('main').getByRole('status');
  await status.getByText('Running').waitFor();

  const answer = await delayNext(page, `**/api/v1/tasks/${id}`);
  await report(house, { task_request_id: id, status: 'RETRY', data: { error: 'once more' } });
  await answer.asked;
  await report(house, { task_request_id: id, status: 'SUCCESS', data: { result: { rows: 7 } } });
  await status.getByText('Success').waitFor();
  await answer.release();
  assert.match((await status.textContent()) ?? '', /Success/);
  await page.getByRole('region', { name: 'Result' }).getByText('7').waitFor();
  visitor.assertNoTrouble();
});

test('an answer about the list that comes after newer live events does not bring old states back', async () => {
  const id = 'overtaken-row';
  await report(house, { task_request_id: id, status: 'RUNNING', task_name: 'reports.overtaken' });
  await using visitor = await visit('/');
  const { page } = visitor;
  const answer = await delayNext(page, '**/api/v1/tasks?*limit=100*');
  await page.getByRole('navigation').getByRole('link', { name: 'Tasks' }).click();
  await answer.asked;
  await report(
    house,
    { task_request_id: id, status: 'SUCCESS', task_name: 'reports.overtaken' },
    { task_request_id: 'came-meanwhile', status: 'RUNNING', task_name: 'reports.overtaken' },
  );
  // The stream is what tells it: the counts beside the filters follow it.
  await page.getByRole('group', { name: 'Status' }).getByText('Success').getByText('2').waitFor();
  await answer.release();
  const row = (text: string) =>
    page.getByRole('list', { name: 'Tasks' }).getByRole('link').filter({ hasText: text });
  await row(id).getByText('Success').waitFor();
  await row('came-meanwhile').waitFor();
  visitor.assertNoTrouble();
});

test('a state is newer because the database took it later, whatever the clocks of workers say', async () => {
  const nowMs = Date.now();
  const said = (status: string, sequence: number, atMs: number) => ({
    schema_version: 1,
    event_id: createEventIdSource({ now: () => atMs, random: randomBytes })(),
    publisher_id: 'clock-that-goes-back',
    sequence,
    attempt: 1,
    task_request_id: 'wrong-clock',
    task_name: 'reports.clock',
    status,
    timestamp: new Date(atMs).toISOString(),
    data: {},
    worker_container: 'worker-of-the-test',
  });
  await house.post('api/v1/events', said('RUNNING', 1, nowMs + 3_600_000));
  await using visitor = await visit('/tasks?task_name=reports.clock');
  const { page } = visitor;
  const row = page.getByRole('list', { name: 'Tasks' }).getByRole('link').filter({ hasText: 'wrong-clock' });
  await row.getByText('Running').waitFor();
  await house.post('api/v1/events', said('SUCCESS', 2, nowMs));
  await row.getByText('Success').waitFor();
  visitor.assertNoTrouble();
});
