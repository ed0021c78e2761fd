import { mkdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, visit } from '../open-browser.ts';
import { furnishStage, type Stage } from './furnish-stage.ts';

/**
 * `npm run screenshots`: every page of the dashboard, at three widths and in both themes, into a folder; and the few that
 * README.md shows into docs/images.
 *
 *   --into FOLDER   default .taskwire/screenshots
 *   --only WORD     only files whose name contains it, such as task-failed or desk-dark; docs/images is left as it is
 */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const IMAGES = path.join(ROOT, 'docs', 'images');

const { values } = parseArgs({ options: { into: { type: 'string' }, only: { type: 'string' } } });
const folder = path.resolve(values.into ?? path.join(ROOT, '.taskwire', 'screenshots'));

const WIDTHS = { phone: 390, tablet: 820, desk: 1440 } as const;
const THEMES = ['light', 'dark'] as const;

interface Shot {
  readonly name: string;
  readonly address: string;
  /** What stands on the page when it is whole. */
  readonly landmark: string;
  readonly locale?: string;
  /** Done before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
  /** The width at which README.md shows it. */
  readonly inReadme?: keyof typeof WIDTHS;
}

const shotsOf = ({ tasks }: Stage): readonly Shot[] => [
  { name: 'overview', address: '/', landmark: 'Running now', inReadme: 'tablet' },
  { name: 'overview-zh', address: '/', landmark: '正在运行', locale: 'zh-CN' },
  { name: 'tasks', address: '/tasks', landmark: 'analyze_resources' },
  {
    name: 'tasks-failed',
    address: '/tasks?status=FAILURE&q=certificate',
    landmark: 'expired',
    inReadme: 'phone',
  },
  { name: 'tasks-none', address: '/tasks?q=nothing-of-this-name', landmark: 'No task matches' },
  { name: 'task-running', address: `/tasks/${tasks.running}`, landmark: 'What happened' },
  { name: 'task-succeeded', address: `/tasks/${tasks.succeeded}`, landmark: 'What happened' },
  { name: 'task-failed', address: `/tasks/${tasks.failed}`, landmark: 'What happened', inReadme: 'phone' },
  { name: 'workers', address: '/workers', landmark: 'worker-c' },
  { name: 'publishers', address: '/publishers', landmark: 'worker-c' },
  { name: 'dead-letters', address: '/dead-letters', landmark: 'Not an object' },
  { name: 'dead-letter', address: '/dead-letters/2', landmark: 'What to do' },
  { name: 'health', address: '/health', landmark: 'Acknowledgements' },
  { name: 'audit', address: '/audit', landmark: 'analyze_resources' },
  { name: 'no-such-page', address: '/no-such-page', landmark: 'no such page' },
  {
    name: 'submit',
    address: '/tasks?focus=search',
    landmark: 'analyze_resources',
    act: async (page) => {
      await page.getByRole('main').press('c');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'menu',
    address: '/',
    landmark: 'Running now',
    act: async (page) => {
      const menu = page.getByRole('button', { name: 'Menu' });
      if (await menu.isVisible()) await menu.click();
      else await page.getByRole('button', { name: 'Appearance and language' }).first().click();
    },
  },
];

for (const each of [folder, IMAGES]) mkdirSync(each, { recursive: true });
await using stage = await furnishStage();
const browser = await openBrowser();
try {
  for (const [width, colorScheme] of Object.keys(WIDTHS).flatMap((width) =>
    THEMES.map((theme) => [width as keyof typeof WIDTHS, theme] as const),
  )) {
    for (const shot of shotsOf(stage)) await take(browser, stage, shot, width, colorScheme);
  }
} finally {
  await browser.close();
}

async function take(
  browser: Browser,
  { house }: Stage,
  shot: Shot,
  width: keyof typeof WIDTHS,
  colorScheme: (typeof THEMES)[number],
): Promise<void> {
  const file = `${shot.name}-${width}-${colorScheme}`;
  if (!file.includes(values.only ?? '')) return;
  await using visitor = await visit(browser, `${house.url}${shot.address}`, {
    colorScheme,
    locale: shot.locale ?? 'en-GB',
    viewport: { width: WIDTHS[width], height: width === 'phone' ? 844 : 900 },
    deviceScaleFactor: 2,
    isMobile: width === 'phone',
    hasTouch: width === 'phone',
  });
  const { page } = visitor;
  await page.getByRole('main').getByText(shot.landmark).first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await shot.act?.(page);
  // Charts, numbers and dialogs come to rest.
  await page.waitForTimeout(600);
  const picture = path.join(folder, `${file}.png`);
  await page.screenshot({ path: picture, scale: 'css' });
  if (shot.inReadme === width && values.only === undefined) {
    await copyFile(picture, path.join(IMAGES, `${shot.name}-${colorScheme}.png`));
  }
}
