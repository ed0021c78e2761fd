import assert from 'node:assert/strict';
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

test('everything is reached by keyboard, and what has the focus is seen', async () => {
  await using visitor = await visit('/tasks');
  const { page } = visitor;
  await page.getByRole('list', { name: 'Tasks' }).waitFor();
  const names: string[] = [];
  for (let stop = 0; stop < 20; stop++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const { outlineStyle, borderColor } = getComputedStyle(element);
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
      const isSeen = element.checkVisibility() && element.getBoundingClientRect().width > 0;
      // A text field shows it by the colour of its border.
      const isMarked = outlineStyle !== 'none' || (element.matches('input') && borderColor !== '');
      return { name: name.slice(0, 40), isMarked: isSeen && isMarked };
    });
    assert.ok(focused.isMarked, `${focused.name} shows that it has the focus`);
    names.push(focused.name);
  }
  assert.equal(names[0], 'Skip to content');
  for (const wanted of ['Submit task', 'Overview', 'Health', 'Search id, name, error']) {
    assert.ok(names.includes(wanted), `${wanted} among ${names.join(', ')}`);
  }
  visitor.assertNoTrouble();
});

test('shortcuts lead to every page, to the search and to the forms, and stay out of text fields', async () => {
  await using visitor = await visit('/');
  const { page } = visitor;
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  for (const [key, title] of [
    ['t', 'Tasks'],
    ['w', 'Workers'],
    ['p', 'Publishers'],
    ['d', 'Dead letters'],
    ['h', 'Health'],
    ['o', 'Overview'],
  ] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  }
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Go to the dead letters').waitFor();
  await assertAccessible(page, 'the list of shortcuts');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.keyboard.press('/');
  const search = page.getByRole('searchbox');
  await search.and(page.locator(':focus')).waitFor();
  await page.keyboard.type('g?c');
  assert.equal(await search.inputValue(), 'g?c');
  assert.equal(await dialog.count(), 0);
  await search.blur();
  await page.keyboard.press('c');
  await dialog.getByText('Submit a task').waitFor();
  await assertAccessible(page, 'the form');
  visitor.assertNoTrouble();
});

test('the language is that of the browser until another one is chosen, which stays', async () => {
  await using visitor = await visit('/', { locale: 'zh-CN' });
  const { page } = visitor;
  const title = (words: string) => page.getByRole('heading', { name: words, level: 1 }).waitFor();
  await title('概览');
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  await page.getByRole('button', { name: '外观与语言' }).click();
  await page.getByText('English', { exact: true }).click();
  await title('Overview');
  await page.reload();
  await title('Overview');
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  visitor.assertNoTrouble();
});

test('the theme is that of the system until another one is chosen, which stays', async () => {
  await using visitor = await visit('/', { colorScheme: 'light' });
  const { page } = visitor;
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  const light = await ground();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForFunction((before) => getComputedStyle(document.body).backgroundColor !== before, light);
  const dark = await ground();
  await page.getByRole('button', { name: 'Appearance and language' }).click();
  await page.getByText('Light', { exact: true }).click();
  await page.waitForFunction((wanted) => getComputedStyle(document.body).backgroundColor === wanted, light);
  await page.reload();
  assert.equal(await ground(), light);
  assert.notEqual(light, dark);
  visitor.assertNoTrouble();
});

test('on a phone no page is wider than the screen, and the menu leads everywhere', async () => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  await using visitor = await visit('/', phone);
  const { page } = visitor;
  for (const [address, landmark] of PAGES) {
    await page.goto(`${house.url}${address}`);
    await page.getByRole('main').getByText(landmark).first().waitFor();
    const tooWide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('main')]
        .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ tagName, scrollWidth }) => `${tagName} ${scrollWidth}`),
    );
    assert.deepEqual(tooWide, [], address);
  }
  await page.getByRole('button', { name: 'Menu' }).click();
  const menu = page.getByRole('dialog');
  await menu.getByRole('link', { name: 'Workers' }).click();
  await page.getByRole('heading', { name: 'Workers' }).waitFor();
  await menu.waitFor({ state: 'detached' });
  visitor.assertNoTrouble();
});
