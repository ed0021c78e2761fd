import path from 'node:path';
import { escapeHtml } from './escape-html.ts';
import { LANGUAGES, type Language, WORDING } from './language.ts';
import type { Section } from './navigation.ts';
import type { Heading } from './page.ts';
import { addressOf, type SiteMap } from './site-map.ts';

export interface FramedPage {
  readonly address: string;
  readonly language: Language;
  /** Under which name it stands in the navigation, if it does. */
  readonly name: string | null;
  readonly title: string;
  readonly headings: readonly Heading[];
  /** What is said before the text. */
  readonly note: string;
  /** The language of the text, which is not always that of the site around it. */
  readonly textLanguage: Language;
  readonly body: string;
}

/** A whole page: the text with everything around it. */
export function framed(page: FramedPage, sections: readonly Section[], map: SiteMap): string {
  const { language, name } = page;
  const words = WORDING[language];
  const to = (address: string): string => relative(page.address, address);
  const titleOf = (each: string): string => escapeHtml(map.page(language, each).title);
  const link = (each: string, relation = ''): string =>
    `<a href="${to(addressOf(language, each))}"${each === name ? ' aria-current="page"' : relation}>${titleOf(each)}</a>`;
  const inOrder = sections.flatMap(({ pages }) => pages);
  const place = name === null ? -1 : inOrder.indexOf(name);
  const [before, after] = place < 0 ? [] : [inOrder[place - 1], inOrder[place + 1]];
  const other = LANGUAGES.find((each) => each !== language) ?? language;
  const contents = page.headings.filter(({ level }) => level === 2 || level === 3);
  const title = name === 'README.md' ? page.title : `${page.title} · taskwire`;

  return `<!doctype html>
<html lang="${words.tag}" data-base="${to('')}" data-language="${language}" data-copy="${words.copy}" data-copied="${words.copied}" data-nothing="${words.noResults}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${to('site/icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${to('site/site.css')}">
<script src="${to('site/site.js')}"></script>
</head>
<body>
<a class="skip" href="#text">${words.skip}</a>
<header>
<a class="menu" href="#pages">${words.menu}</a>
<a class="home" href="${to(addressOf(language, 'README.md'))}">taskwire</a>
<form class="search" role="search" hidden>
<input type="search" name="q" autocomplete="off" placeholder="${words.search}" aria-label="${words.searchHint}">
<div class="results" aria-live="polite" hidden></div>
</form>
<a class="language" href="${to(addressOf(other, name ?? 'README.md'))}" lang="${WORDING[other].tag}" hreflang="${WORDING[other].tag}">${WORDING[other].language}</a>
<button class="theme" type="button" aria-label="${words.theme}" title="${words.theme}" hidden>◐</button>
</header>
<div class="columns">
<nav id="pages" class="pages" aria-label="${words.pages}">
<a class="close" href="#">${words.closeMenu}</a>
${sections.map((section) => sectionList(section, language, name, link)).join('\n')}
</nav>
<main id="text">
${page.note === '' ? '' : `<p class="note">${page.note}</p>`}
<article lang="${WORDING[page.textLanguage].tag}">
${page.body}
</article>
${
  before === undefined && after === undefined
    ? ''
    : `<nav class="turn" aria-label="${words.previous}, ${words.next}">
${before === undefined ? '<span></span>' : `<span>${words.previous}<br>${link(before, ' rel="prev"')}</span>`}
${after === undefined ? '<span></span>' : `<span>${words.next}<br>${link(after, ' rel="next"')}</span>`}
</nav>`
}
</main>
${
  contents.length < 2
    ? '<div class="contents"></div>'
    : `<nav class="contents" aria-label="${words.onThisPage}">
<p>${words.onThisPage}</p>
<ul>
${contents.map(({ level, anchor, text }) => `<li class="level-${level}"><a href="#${anchor}">${escapeHtml(text)}</a></li>`).join('\n')}
</ul>
</nav>`
}
</div>
</body>
</html>
`;
}

/** A long section is folded where the reader is elsewhere. */
const FOLDED_FROM = 10;

function sectionList(
  { title, pages }: Section,
  language: Language,
  name: string | null,
  link: (name: string) => string,
): string {
  const list = `<ul>\n${pages.map((each) => `<li>${link(each)}</li>`).join('\n')}\n</ul>`;
  if (pages.length < FOLDED_FROM) return `<p>${title[language]}</p>\n${list}`;
  const isOpen = name !== null && pages.includes(name);
  return `<details${isOpen ? ' open' : ''}>\n<summary>${title[language]}</summary>\n${list}\n</details>`;
}

/** From one page of the site to another, as it works from the file system too. */
export function relative(from: string, to: string): string {
  const [address = '', anchor] = to.split('#', 2);
  const way = path.posix.relative(path.posix.dirname(from), address);
  const folder = address === '' && way !== '' ? `${way}/` : way;
  return encodeURI(anchor === undefined ? folder : `${from === address ? '' : way}#${anchor}`);
}
