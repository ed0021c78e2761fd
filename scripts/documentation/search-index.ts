import type { MarkedToken } from 'marked';
import { type Page, plainText } from './page.ts';

/** One heading of a page with the words below it: address, title of the page, heading, words. */
export type SearchEntry = readonly [address: string, title: string, heading: string, words: string];

/** What can be found on a page. */
export function searchEntries(page: Page, address: string): readonly SearchEntry[] {
  const entries: SearchEntry[] = [];
  const headings = page.headings.values();
  let heading = { anchor: '', text: page.title };
  let words: string[] = [];
  const close = (): void => {
    const place =
      heading.anchor === '' || heading.text === page.title ? address : `${address}#${heading.anchor}`;
    entries.push([place, page.title, heading.text, words.join(' ').replaceAll(/\s+/g, ' ').trim()]);
    words = [];
  };
  for (const token of page.tokens) {
    if (token.type === 'heading') {
      if (words.length > 0) close();
      heading = headings.next().value ?? heading;
    }
    words.push(wordsOf(token));
  }
  close();
  return entries;
}

function wordsOf(token: MarkedToken): string {
  if (token.type === 'table') {
    return [token.header, ...token.rows]
      .flat()
      .map((cell) => plainText(cell.tokens))
      .join(' ');
  }
  if (token.type === 'list') return token.items.map((item) => plainText(item.tokens)).join(' ');
  return plainText([token]);
}
