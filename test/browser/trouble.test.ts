import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabaseUrl, waitUntil } from '@taskwire/test-harness';
import pg from 'pg';
import { assertAccessible } from './assert-accessible.ts';
import { furnish } from './furnish.ts';
import { report } from './report.ts';

const databaseUrl = await freshDatabaseUrl();
const { house, visit } = await furnish({ env: { DATABASE_URL: databaseUrl } });

async function query(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

test('pages on which there is nothing yet say so, and what to do', async () => {
  await using visitor = await visit('/');
  const { page } = visitor;
  const main = page.getByRole('main');
  await main.getByText('No tasks yet').waitFor();
  await main.getByRole('button', { name: 'Submit task' }).waitFor();
  for (const [address, words] of [
    ['/tasks', 'No tasks yet'],
    ['/tasks?q=nothing', 'No task matches these filters'],
    ['/dead-letters', 'No dead letters'],
    ['/dead-letters/4711', 'There is no such dead letter'],
    ['/tasks/nobody-knows-it', 'There is no such task'],
    ['/audit', 'Nothing has been changed by hand yet'],
  ] as const) {
    await page.goto(`${house.url}${address}`);
    await main.getByText(words).first().waitFor();
    await assertAccessible(page, address);
  }
  visitor.assertNoTrouble();
});

test('a dead letter is read, replayed and gone from the open ones, and what it said has happened', async () => {
  await query(
    `ALTER TABLE task_requests ADD CONSTRAINT refused CHECK (task_request_id <> 'refused-at-first')`,
  );
  const event = {
    task_request_id: 'refused-at-first',
    status: 'SUCCESS',
    timestamp: new Date().toISOString(),
    data: { result: { rows: 42 } },
    worker_container: 'worker-of-the-test',
  };
  await house.redis.command('LPUSH', 'task_status_queue', JSON.stringify(event));
  await using visitor = await visit('/dead-letters');
  const { page } = visitor;
  await page.getByRole('link', { name: 'Refused by the database' }).click();
  await page.getByRole('region', { name: 'Payload' }).getByText('"refused-at-first"').waitFor();

  await page.getByRole('button', { name: 'Replay' }).click();
  await page.getByRole('alert').getByText('That did not work').waitFor();
  await query('ALTER TABLE task_requests DROP CONSTRAINT refused');
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.getByRole('main').getByText('Replayed').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Replay' }).count(), 0, 'once is enough');

  await page.getByRole('link', { name: 'refused-at-first' }).click();
  await page.getByRole('main').getByRole('status').getByText('Success').waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Dead letters' }).click();
  await page.getByText('No dead letters').waitFor();
  visitor.assertNoTrouble();
});

test('dead letters are discarded, the ones that were chosen and no others', async () => {
  for (const letter of ['[1]', '[2]', '[3]']) {
    await house.redis.command('LPUSH', 'task_status_queue', letter);
  }
  await using visitor = await visit('/dead-letters?reason=not_an_object');
  const { page } = visitor;
  const rows = page.getByRole('table').getByRole('row').filter({ hasText: 'Not an object' });
  await rows.nth(2).waitFor();
  await rows.nth(0).getByRole('checkbox').check();
  await rows.nth(2).getByRole('checkbox').check();
  await page.getByRole('main').getByText('2 selected').waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await rows.nth(1).waitFor({ state: 'detached' });
  assert.equal(await rows.count(), 1);
  visitor.assertNoTrouble();
});

test('markup in whatever comes from outside stays text', async () => {
  const markup = '<script>window.broken = 1</script><img src="x" onerror="window.broken = 1"><b>bold</b>';
  const id = `"><img src=x onerror="window.broken=1">/../%2F`;
  await report(
    house,
    { task_request_id: id, status: 'RUNNING', task_name: markup, worker_container: markup },
    {
      task_request_id: id,
      status: 'FAILURE',
      task_name: markup,
      worker_container: markup,
      data: { error: markup, error_type: markup, [markup]: markup },
    },
    { task_request_id: 'markup-2', status: 'SUCCESS', data: { result: { [markup]: [markup] } } },
  );
  const others = new Set((await openLetters()).map(({ id }) => id));
  await house.redis.command('LPUSH', 'task_status_queue', markup);
  await house.redis.command(
    'LPUSH',
    'task_status_queue',
    JSON.stringify({ task_request_id: id, status: markup }),
  );
  const letters = await waitUntil(
    async () => {
      const fresh = (await openLetters()).filter(({ id }) => !others.has(id));
      return fresh.length === 2 && fresh;
    },
    { what: 'a dead letter of each', timeoutMs: 60_000 },
  );
  await using visitor = await visit('/');
  const { page } = visitor;
  for (const address of [
    '/',
    '/tasks',
    `/tasks?q=${encodeURIComponent('<b>bold</b>')}`,
    `/tasks/${encodeURIComponent(id)}`,
    '/tasks/markup-2',
    '/dead-letters',
    ...letters.map((letter) => `/dead-letters/${letter.id}`),
    `/${encodeURIComponent(markup)}`,
  ]) {
    await page.goto(`${house.url}${address}`);
    const words = address.startsWith('/%3C') ? 'There is no such page' : /onerror|<script>/;
    await page.getByRole('main').getByText(words).filter({ visible: true }).first().waitFor();
    assert.equal(await page.evaluate(() => 'broken' in window), false, address);
    assert.equal(await page.locator('main img, main script, main b').count(), 0, address);
  }
  visitor.assertNoTrouble();

  async function openLetters() {
    const page = await house.get<{ readonly dead_letters: readonly { readonly id: number }[] }>(
      'api/v1/dead-letters?state=open&lane=list',
    );
    return page.dead_letters;
  }
});

test('a result of a megabyte and an id of 255 characters neither slow a page down nor tear it apart', async () => {
  const id = 'long-'.padEnd(255, 'x');
  const result = { rows: Array.from({ length: 9_000 }, (_, row) => ({ row, text: 'x'.repeat(80) })) };
  await report(house, {
    task_request_id: id,
    status: 'SUCCESS',
    task_name: 'n'.repeat(255),
    data: { result },
  });
  await using visitor = await visit(`/tasks/${id}`);
  const { page } = visitor;
  const region = page.getByRole('region', { name: 'Result' });
  await region.getByText('"rows"').waitFor();
  assert.ok(((await region.textContent()) ?? '').length < 100_000, 'the beginning is shown');
  assert.equal(await sidewaysPx(), 0);
  await page.goto(`${house.url}/tasks`);
  await page.getByRole('list', { name: 'Tasks' }).getByText('long-').waitFor();
  assert.equal(await sidewaysPx(), 0);
  visitor.assertNoTrouble();

  function sidewaysPx(): Promise<number> {
    return page.getByRole('main').evaluate((main) => main.scrollWidth - main.clientWidth);
  }
});

test('every part on the health page has a name in words', async () => {
  const { parts } = await house.get<{ readonly parts: readonly { readonly part: string }[] }>('health/ready');
  for (const [locale, title] of [
    ['en-GB', 'Health'],
    ['zh-CN', '健康状况'],
  ] as const) {
    await using visitor = await visit('/health', { locale });
    const { page } = visitor;
    await page.getByRole('heading', { name: title }).waitFor();
    const items = page.getByRole('main').getByRole('listitem');
    await items.first().waitFor();
    assert.equal(await items.count(), parts.length);
    for (const item of await items.all()) {
      const name = (await item.locator('strong').textContent()) ?? '';
      assert.match(name, /^[\p{Lu}\p{Lo}][^_]+$/u, `the name of ${name}`);
      assert.notEqual(await item.locator('strong + span').textContent(), '', `the role of ${name}`);
    }
  }
});

test('while Redis is away every page says so in a banner, what it means, and it goes when Redis is back', async () => {
  await using visitor = await visit('/tasks');
  const { page } = visitor;
  await page.getByRole('list', { name: 'Tasks' }).waitFor();
  const banner = page.getByRole('alert').filter({ hasText: 'Redis' });
  assert.equal(await banner.count(), 0);
  await house.redis.kill();
  await banner.waitFor();
  await assertAccessible(page, 'the banner');
  await banner.getByRole('link', { name: 'Details' }).click();
  await page.getByRole('heading', { name: 'Health' }).waitFor();
  const redis = page.getByRole('main').getByRole('listitem').filter({ hasText: 'carries events' });
  await redis.getByText('Down').waitFor();
  await banner.waitFor();
  await house.redis.start();
  await banner.waitFor({ state: 'detached' });
  await redis.getByText('Works').waitFor();
  visitor.assertNoTrouble();
});

test('a server that cannot be reached is said to be so, and the page goes on by itself when it can', async () => {
  await using visitor = await visit('/health');
  const { page } = visitor;
  await page.getByText('Everything works').waitFor();
  await page.context().setOffline(true);
  const banner = page.getByRole('alert').filter({ hasText: 'The server does not answer' });
  await banner.first().waitFor();
  await page.context().setOffline(false);
  await banner.first().waitFor({ state: 'detached' });
  // What happens from now on is seen again, without a reload.
  await page.getByRole('navigation').getByRole('link', { name: 'Tasks' }).click();
  await page.getByRole('list', { name: 'Tasks' }).waitFor();
  await report(house, { task_request_id: 'after-the-gap', status: 'SUCCESS' });
  await page.getByRole('list', { name: 'Tasks' }).getByText('after-the-gap').waitFor();
});
