import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { failOnLeaks } from '@taskwire/test-harness';
import type { Browser } from 'playwright-core';
import { generateSite } from '../../scripts/documentation/generate-site.ts';
import { assertAccessible } from './assert-accessible.ts';
import { openBrowser, visit } from './open-browser.ts';

failOnLeaks();

describe('the site of the documentation, from the file system', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-docs-'));
  let browser: Browser;
  before(async () => {
    generateSite(folder);
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const address = (page: string): string => pathToFileURL(path.join(folder, page)).href;
  const phone = { viewport: { width: 390, height: 800 } };

  for (const [page, options] of [
    ['index.html', {}],
    ['how-it-works.html', { colorScheme: 'dark' }],
    ['zh/guarantees.html', { colorScheme: 'dark', ...phone }],
    ['recipes/celery.html', phone],
    ['zh/settings.html', {}],
    ['repository/test/end-to-end/worker-recipes.test.ts.html', {}],
  ] as const) {
    it(`${page} can be read by everybody, and is nowhere wider than the window${'viewport' in options ? ' of a phone' : ''}`, async () => {
      await using reader = await visit(browser, address(page), options);
      const [needs, has] = await reader.page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.documentElement.clientWidth,
      ]);
      assert.equal(needs, has);
      // Before axe, which tries to read stylesheets again, and may not from files.
      reader.assertNoTrouble();
      await assertAccessible(reader.page, page);
    });
  }

  it('finds a page by words, goes on in the other language, and keeps the theme that was chosen', async () => {
    await using reader = await visit(browser, address('index.html'));
    const { page } = reader;
    await page.keyboard.press('/');
    await page.keyboard.type('prefork');
    await page.locator('.results a', { hasText: 'Celery' }).first().click();
    await page.waitForURL(/recipes\/celery\.html/);

    await page.locator('button.theme').click();
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    await page.locator('a.language').click();
    await page.waitForURL(/zh\/recipes\/celery\.html/);
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.equal(await page.locator('h1').textContent(), 'Celery');

    await page.locator('input[name=q]').fill('发件箱 卷');
    await page.locator('.results a').first().click();
    await page.waitForURL(/zh\//);
    reader.assertNoTrouble();
  });

  it('has its pages behind a menu on a phone, which works without a script', async () => {
    await using reader = await visit(browser, address('start.html'), { ...phone, javaScriptEnabled: false });
    const { page } = reader;
    const link = page.locator('nav.pages a', { hasText: 'Guarantees' });
    assert.equal(await link.isVisible(), false);
    await page.locator('a.menu').click();
    await link.click();
    await page.waitForURL(/guarantees\.html/);
    assert.equal(await page.locator('h1').textContent(), 'Guarantees');
  });
});
