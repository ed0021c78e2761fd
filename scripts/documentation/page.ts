import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Marked, type MarkedToken, type Token } from 'marked';
import { headingAnchors } from './heading-anchor.ts';
import { ROOT } from './repository-files.ts';

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
}

export interface CodeBlock {
  /** What stands after the three backticks. */
  readonly language: string;
  readonly code: string;
}

/** One Markdown file, read. */
export interface Page {
  /** From the root of the repository. */
  readonly file: string;
  readonly title: string;
  readonly headings: readonly Heading[];
  readonly blocks: readonly CodeBlock[];
  /** What stands between single backticks. */
  readonly spans: readonly string[];
  /** Every target of a link or picture, as it stands there, also those in HTML. */
  readonly targets: readonly string[];
  readonly tokens: readonly MarkedToken[];
}

const marked = new Marked({ gfm: true });

export function readPage(file: string): Page {
  return parsePage(file, readFileSync(path.join(ROOT, file), 'utf8'));
}

export function parsePage(file: string, text: string): Page {
  const tokens = marked.lexer(text);
  const all: MarkedToken[] = [];
  marked.walkTokens(tokens, (token) => void all.push(token as MarkedToken));
  const found = all.filter((token) => token.type === 'heading');
  const texts = found.map(({ tokens: inner }) => plainText(inner));
  const anchors = headingAnchors(texts);
  const headings = found.map(({ depth }, index) => ({
    level: depth,
    text: texts[index] ?? '',
    anchor: anchors[index] ?? '',
  }));
  return {
    file,
    title: headings[0]?.text ?? path.basename(file),
    headings,
    blocks: all
      .filter((token) => token.type === 'code')
      .map(({ lang, text: code }) => ({ language: lang ?? '', code })),
    spans: all.filter((token) => token.type === 'codespan').map(({ text: code }) => unescaped(code)),
    targets: all.flatMap(targetsOf),
    tokens: tokens as MarkedToken[],
  };
}

/** The words of some tokens, without what marks them up. */
export function plainText(tokens: readonly Token[]): string {
  return (tokens as readonly MarkedToken[])
    .map((token) => {
      if (token.type === 'html') return '';
      if ('tokens' in token && token.tokens !== undefined) return plainText(token.tokens);
      return 'text' in token ? unescaped(token.text) : '';
    })
    .join('');
}

function targetsOf(token: MarkedToken): readonly string[] {
  if (token.type === 'link' || token.type === 'image') return [token.href];
  if (token.type !== 'html') return [];
  return [...token.text.matchAll(/\s(?:src|srcset|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const unescaped = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);
