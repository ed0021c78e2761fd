import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { escapeHtml } from './escape-html.ts';
import { highlighted } from './highlighted.ts';
import { CHINESE_INTRODUCTIONS } from './introductions.ts';
import { LANGUAGES, type Language, WORDING } from './language.ts';
import { navigationOf } from './navigation.ts';
import { type Page, readPage } from './page.ts';
import { type FramedPage, framed, relative } from './page-frame.ts';
import { renderMarkdown } from './render-markdown.ts';
import { ROOT } from './repository-files.ts';
import { type SearchEntry, searchEntries } from './search-index.ts';
import { addressBesides, addressOf, createSiteMap, type SiteMap } from './site-map.ts';

const ASSETS = 'docs/site';

/**
 * Writes the documentation into a folder, as pages that need no server: those of docs/ in both languages, and every file
 * of the repository that they lead to.
 * @returns how many pages it has
 * @throws Error where a link leads nowhere
 */
export function generateSite(folder: string): number {
  rmSync(folder, { recursive: true, force: true });
  const map = createSiteMap();
  const sections = navigationOf(map.names);
  const besides = new Set<string>();
  let pages = 0;
  const write = (address: string, text: string): void => {
    const file = path.join(folder, address);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const writePage = (page: FramedPage): void => {
    write(page.address, framed(page, sections, map));
    pages += 1;
  };
  const bodyOf = (page: Page, address: string, language: Language): string =>
    renderMarkdown(page, {
      language,
      hrefOf: (target) => {
        const { href, isExternal, besides: file } = map.resolve(page.file, target, language);
        if (file !== null) besides.add(file);
        return { href: isExternal ? href : relative(address, href), isExternal };
      },
    });

  for (const language of LANGUAGES) {
    const found: SearchEntry[] = [];
    for (const name of map.names) {
      const page = map.page(language, name);
      const address = addressOf(language, name);
      const textLanguage = map.has(language, name) ? language : 'en';
      const { title, headings } = page;
      const note =
        textLanguage === language ? '' : (CHINESE_INTRODUCTIONS[name] ?? WORDING[language].englishOnly);
      const body = bodyOf(page, address, language);
      writePage({ address, language, name, title, headings, note, textLanguage, body });
      found.push(...searchEntries(page, address));
    }
    write(`site/search.${language}.js`, `window.taskwireSearch = ${JSON.stringify(found)};\n`);
  }

  // Each of these may lead to further ones; a Set hands out what is added while it is walked.
  for (const file of besides) {
    const address = addressBesides(file, map.isFile(file));
    if (!address.endsWith('.html')) {
      mkdirSync(path.dirname(path.join(folder, address)), { recursive: true });
      copyFileSync(path.join(ROOT, file), path.join(folder, address));
    } else if (file.endsWith('.md')) {
      const page = readPage(file);
      const { title, headings } = page;
      const body = bodyOf(page, address, 'en');
      writePage({ address, language: 'en', name: null, title, headings, note: '', textLanguage: 'en', body });
    } else {
      writePage(repositoryPage(file, address, map, besides));
    }
  }

  for (const file of map.filesIn(ASSETS)) {
    const copy = path.join(folder, 'site', path.relative(ASSETS, file));
    mkdirSync(path.dirname(copy), { recursive: true });
    copyFileSync(path.join(ROOT, file), copy);
  }
  return pages;
}

/** Larger ones are no reading, and would make the site heavy. */
const SHOWN_BYTES_MAX = 200_000;

/** A file of the repository as it is, or what a folder holds. */
function repositoryPage(file: string, address: string, map: SiteMap, besides: Set<string>): FramedPage {
  const words = WORDING.en;
  const frame = { address, language: 'en', name: null, headings: [], textLanguage: 'en' } as const;
  if (map.isFile(file)) {
    const text = readFileSync(path.join(ROOT, file), 'utf8').slice(0, SHOWN_BYTES_MAX);
    const body = `<h1 class="file">${escapeHtml(file)}</h1>\n<div class="code"><pre tabindex="0"><code>${highlighted(text, path.extname(file).slice(1))}</code></pre></div>`;
    return { ...frame, title: file, note: words.file, body };
  }
  const entries = map.filesIn(file).map((each) => {
    const found = map.resolve('README.md', each, 'en');
    // Only what leads somewhere anyway: a listing must not draw the whole repository into the site.
    const isShown = found.besides === null || besides.has(each) || each.endsWith('.md');
    if (isShown && found.besides !== null) besides.add(found.besides);
    const shown = escapeHtml(file === '.' ? each : each.slice(file.length + 1));
    return isShown ? `<li><a href="${relative(address, found.href)}">${shown}</a></li>` : `<li>${shown}</li>`;
  });
  const title = `${words.folder} ${file}`;
  return {
    ...frame,
    title,
    note: '',
    body: `<h1>${escapeHtml(title)}</h1>\n<ul>\n${entries.join('\n')}\n</ul>`,
  };
}
