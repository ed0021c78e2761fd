import { test } from 'node:test';
import { assertAccessible } from './assert-accessible.ts';
import { furnish } from './furnish.ts';

const { house, visit } = await furnish();

const task = { task_name: 'tasks.web.system.analyze_resources', params: { sample_ms: 50 } };
const { task_request_id } = await house.post<{ readonly task_request_id: string }>('api/v1/tasks', task);
await house.redis.command('LPUSH', 'task_status_queue', 'not JSON');

/** Each page by its address, and what stands on it when it is whole. */
const PAGES = [
  ['/', 'Events per second'],
  ['/tasks', 'analyze_resources'],
  [`/tasks/${task_request_id}`, 'What happened'],
  ['/workers', 'secretflow-worker'],
  ['/publishers', 'secretflow-worker'],
  ['/dead-letters', 'Not JSON'],
  ['/dead-letters/1', 'What to do'],
  ['/health', 'Acknowledgements'],
  ['/audit', 'analyze_resources'],
  ['/no-such-page', 'There is no such page'],
] as const;

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious on any page in the ${colorScheme} theme`, async () => {
    await using visitor = await visit('/', { colorScheme });
    const { page } = visitor;
    for (const [address, landmark] of PAGES) {
      await page.goto(`${house.url}${address}`);
      await page.getByRole('main').getByText(landmark).first().waitFor();
      await assertAccessible(page, `${address} in the ${colorScheme} theme`);
    }
    visitor.assertNoTrouble();
  });
}
