import assert from 'node:assert/strict';
import { chromiumForTests } from '@taskwire/test-harness';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** A headless Chromium. It ends when closed, at the latest with this process. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumForTests(),
    // What a container has of shared memory is often too small for it.
    args: ['--disable-dev-shm-usage'],
  });
}

/** A page of somebody who comes for the first time, and what went wrong on it. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  /** @throws AssertionError where a script failed, something was refused by the content security policy, or a dialog came up */
  assertNoTrouble(): void;
}

/** How long anything may take to appear on a machine that has much else to do. */
const PATIENCE_MS = 60_000;

export async function visit(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(`error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // A request that fails is said there too, and belongs to what some tests are about.
    const isRequest = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRequest) trouble.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return {
    page,
    assertNoTrouble: () => assert.deepEqual(trouble, []),
    [Symbol.asyncDispose]: () => context.close(),
  };
}
