import { after } from 'node:test';
import { failOnLeaks } from '@taskwire/test-harness';
import type { Browser } from 'playwright-core';
import { openBrowser, type Visit, visit } from './open-browser.ts';
import { type House, type HouseOptions, startHouse } from './start-house.ts';

/** What the tests of one file share. */
export interface Furnished {
  readonly house: House;
  readonly browser: Browser;
  /** Somebody who comes for the first time to an address below that of the house. */
  visit(address?: string, options?: Parameters<typeof visit>[2]): Promise<Visit>;
}

/** Called once at the top of a test file: a house and a browser, which end after its last test. */
export async function furnish(options: HouseOptions = {}): Promise<Furnished> {
  const opened = new AsyncDisposableStack();
  after(() => opened.disposeAsync());
  // Hooks run in the order of their registration: what is left after that one has leaked.
  failOnLeaks();
  const house = opened.use(await startHouse(options));
  const browser = opened.adopt(await openBrowser(), (it) => it.close());
  return {
    house,
    browser,
    visit: (address = '/', context = {}) => visit(browser, `${house.url}${address}`, context),
  };
}
