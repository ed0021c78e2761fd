import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Marked, type MarkedToken, type Token } from 'marked';
import { escapeHtml } from './escape-html.ts';
import { highlighted } from './highlighted.ts';
import { type Language, WORDING } from './language.ts';
import type { Page } from './page.ts';
import { ROOT } from './repository-files.ts';

export interface RenderContext {
  readonly language: Language;
  /** What a link or picture becomes on the page that is made. */
  readonly hrefOf: (target: string) => { readonly href: string; readonly isExternal: boolean };
}

/** The text of a page as HTML. What Markdown it holds is our own, so its HTML is taken as it is. */
export function renderMarkdown(page: Page, { language, hrefOf }: RenderContext): string {
  const words = WORDING[language];
  const anchors = page.headings.values();
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const inner = this.parser.parseInline(tokens);
        const { anchor, text } = anchors.next().value ?? { anchor: '', text: '' };
        const link = `<a class="anchor" href="#${anchor}" aria-label="${words.linkTo}: ${escapeHtml(text)}">#</a>`;
        return `<h${depth} id="${anchor}">${inner}${depth === 1 ? '' : link}</h${depth}>\n`;
      },
      code({ text, lang }) {
        return `<div class="code"><pre tabindex="0"><code>${highlighted(text, lang ?? '')}</code></pre></div>\n`;
      },
      table(token) {
        const head = token.header.map((cell) => cellOf('th', this.parser.parseInline(cell.tokens)));
        const isNamed = token.header.some((cell) => cell.text !== '');
        const rows = token.rows.map(
          (row) =>
            `<tr>${row.map((cell) => cellOf('td', this.parser.parseInline(cell.tokens))).join('')}</tr>`,
        );
        return `<div class="table" tabindex="0"><table>${isNamed ? `<thead><tr>${head.join('')}</tr></thead>` : ''}<tbody>${rows.join('\n')}</tbody></table></div>\n`;
      },
      link({ href, tokens }) {
        const target = hrefOf(href);
        const rel = target.isExternal ? ' rel="external noreferrer"' : '';
        return `<a href="${escapeHtml(target.href)}"${rel}>${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }) {
        if (href.endsWith('.svg')) return picture(page.file, href, text);
        return `<img src="${escapeHtml(hrefOf(href).href)}" alt="${escapeHtml(text)}" loading="lazy">`;
      },
      html({ text }) {
        if (text.startsWith('<!--')) return '';
        return text.replaceAll(
          /(\s(?:src|srcset|href)=")([^"]+)"/g,
          (_, before: string, target: string) => `${before}${escapeHtml(hrefOf(target).href)}"`,
        );
      },
    },
  });
  return marked.parser(copied(page.tokens));
}

/** The cell of a column without a name is a cell like others: a heading must not be empty. */
const cellOf = (tag: 'th' | 'td', inner: string): string =>
  inner === '' ? `<td></td>` : `<${tag}>${inner}</${tag}>`;

/** Drawings stand in the page itself, in the colours of the page: their own style is for where they stand alone. */
function picture(from: string, href: string, description: string): string {
  const svg = readFileSync(path.join(ROOT, path.dirname(from), href), 'utf8');
  const drawn = svg.replace(/^.*?<svg/s, '<svg').replace(/<title>.*?<\/style>\s*/s, '');
  return `<span class="picture" role="img" aria-label="${escapeHtml(description)}" tabindex="0">${drawn}</span>`;
}

/** The parser of marked may write into tokens, and a page is shown in two languages. */
const copied = (tokens: readonly MarkedToken[]): Token[] => structuredClone([...tokens]);
