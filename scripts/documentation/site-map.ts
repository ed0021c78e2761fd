import path from 'node:path';
import type { Language } from './language.ts';
import { type Page, readPage } from './page.ts';
import { repositoryFiles } from './repository-files.ts';

/** Where a link leads: a place within the site, or somewhere else. */
export interface Target {
  /** From the root of the site, with its anchor; or an address of the web. */
  readonly href: string;
  readonly isExternal: boolean;
  /** The file or folder that the site has to hold for it, if it is none of the documentation's pages. */
  readonly besides: string | null;
}

export interface SiteMap {
  /** What the pages in docs/ are called there: `start.md`, `recipes/celery.md`. */
  readonly names: readonly string[];
  readonly has: (language: Language, name: string) => boolean;
  /** The page in this language; in Chinese the English one where there is no translation. */
  readonly page: (language: Language, name: string) => Page;
  readonly isFile: (file: string) => boolean;
  readonly filesIn: (folder: string) => readonly string[];
  /** @throws Error where a link of the documentation leads nowhere */
  readonly resolve: (from: string, href: string, language: Language) => Target;
}

const DOCS = 'docs/';
const CHINESE = 'docs/zh/';

/** What a page in docs/ is called, in which language; null for everything else. */
function nameOf(file: string): { readonly language: Language; readonly name: string } | null {
  if (!file.startsWith(DOCS) || !file.endsWith('.md')) return null;
  return file.startsWith(CHINESE)
    ? { language: 'zh', name: file.slice(CHINESE.length) }
    : { language: 'en', name: file.slice(DOCS.length) };
}

/** Where a page of docs/ is on the site. */
export function addressOf(language: Language, name: string): string {
  const address = name.replace(/\.md$/, '.html').replace(/(^|\/)README\.html$/, '$1index.html');
  return language === 'zh' ? `zh/${address}` : address;
}

/** Where everything else of the repository is on the site. */
export function addressBesides(file: string, isFile: boolean): string {
  if (file.startsWith(`${DOCS}images/`) || /^docs\/[^/]+\.json$/.test(file)) return file.slice(DOCS.length);
  if (!isFile) return path.posix.join('repository', file, 'index.html');
  return path.posix.join(
    'repository',
    file.endsWith('.md') ? file.replace(/\.md$/, '.html') : `${file}.html`,
  );
}

export function createSiteMap(): SiteMap {
  const files = repositoryFiles();
  const isThere = new Set(files);
  const folders = new Set(files.flatMap(foldersOf));
  const read = new Map<string, Page>();
  const pageOf = (file: string): Page => {
    const page = read.get(file) ?? readPage(file);
    read.set(file, page);
    return page;
  };
  const fileOf = (language: Language, name: string): string => {
    const chinese = `${CHINESE}${name}`;
    return language === 'zh' && isThere.has(chinese) ? chinese : `${DOCS}${name}`;
  };
  const map: Omit<SiteMap, 'resolve'> = {
    names: files.map(nameOf).flatMap((found) => (found?.language === 'en' ? [found.name] : [])),
    has: (language, name) => isThere.has(`${language === 'zh' ? CHINESE : DOCS}${name}`),
    page: (language, name) => pageOf(fileOf(language, name)),
    isFile: (file) => isThere.has(file),
    filesIn: (folder) => files.filter((file) => folder === '.' || file.startsWith(`${folder}/`)),
  };

  return {
    ...map,
    resolve(from, href, language) {
      if (/^[a-z]+:/i.test(href)) return { href, isExternal: true, besides: null };
      const [address = '', anchor = ''] = href.split('#', 2);
      const file = address === '' ? from : path.posix.join(path.posix.dirname(from), decodeURI(address));
      const place = file.replace(/\/$/, '');
      // As GitHub does: a folder shows what it says of itself.
      const target = isThere.has(`${place}/README.md`) ? `${place}/README.md` : place;
      const isFile = isThere.has(target);
      if (!isFile && !folders.has(target)) throw new Error(`${from}: ${href} leads to nothing`);
      if (anchor !== '' && !target.endsWith('.md'))
        throw new Error(`${from}: ${href} has an anchor in no page`);
      const found = nameOf(target);
      const fragment = (shown: Page): string => {
        if (anchor === '') return '';
        // The translation has the same headings in the same order, under anchors in its own language.
        const index = pageOf(target).headings.findIndex((heading) => heading.anchor === decodeURI(anchor));
        const heading = shown.headings[index];
        if (heading === undefined) throw new Error(`${from}: ${href} leads to no heading`);
        return `#${heading.anchor}`;
      };
      if (found !== null) {
        // Who reads in Chinese goes on in Chinese, except where a Chinese page itself points at its English one.
        const isMeant = nameOf(from)?.language === 'zh' && map.has('zh', found.name);
        const shownIn = language === 'zh' && !isMeant ? 'zh' : found.language;
        const shown = map.page(shownIn, found.name);
        return {
          href: addressOf(shownIn, found.name) + fragment(shown),
          isExternal: false,
          besides: null,
        };
      }
      const besides = addressBesides(target, isFile);
      return {
        href: besides + (target.endsWith('.md') ? fragment(pageOf(target)) : ''),
        isExternal: false,
        besides: target,
      };
    },
  };
}

function foldersOf(file: string): readonly string[] {
  const folder = path.posix.dirname(file);
  return folder === '.' ? ['.'] : [folder, ...foldersOf(folder)];
}
