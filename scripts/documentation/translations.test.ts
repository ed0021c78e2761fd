import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MarkedToken, Token } from 'marked';
import { CHINESE_INTRODUCTIONS } from './introductions.ts';
import { type Page, parsePage, readPage } from './page.ts';
import { markdownFiles } from './repository-files.ts';
import { createSiteMap } from './site-map.ts';

/** What a page is made of, without its words. */
function structureOf(page: Page): readonly string[] {
  return page.tokens.filter((token) => token.type !== 'space').map(shapeOf);
}

function shapeOf(token: MarkedToken): string {
  switch (token.type) {
    case 'heading':
      return `heading ${token.depth}`;
    case 'code':
      return `code: ${token.lang}\n${token.text}`;
    case 'table':
      return `table of ${token.header.length} columns and ${token.rows.length} rows`;
    case 'list':
      return `list${token.ordered ? ', numbered' : ''}: ${token.items.map((item) => inner(item.tokens)).join('; ')}`;
    default:
      return token.type;
  }
}

const inner = (tokens: readonly Token[]): string =>
  (tokens as readonly MarkedToken[])
    .filter(({ type }) => type !== 'space')
    .map((token) => (token.type === 'text' ? 'paragraph' : shapeOf(token)))
    .join(', ');

/** Names of settings, commands, columns: what is code in one language is code in the other. */
const names = (page: Page): readonly string[] =>
  [...new Set(page.spans.map((span) => span.replaceAll(/\s+/g, ' ')))].sort();

describe('a Chinese page', () => {
  const map = createSiteMap();
  const chinese = markdownFiles().filter((file) => file.startsWith('docs/zh/'));
  const englishOf = (file: string): string => file.replace('docs/zh/', 'docs/');
  /** Where its links lead for a reader of Chinese. From one home page to the other is each its own way. */
  const links = (page: Page): readonly string[] =>
    page.targets
      .filter((target) => !target.endsWith('.svg'))
      .map((target) => map.resolve(page.file, target, 'zh').href)
      .filter((href) => href !== 'index.html' && href !== 'zh/index.html')
      .sort();

  for (const file of chinese) {
    it(`${file} is made as the English one, which changes together with it`, () => {
      const [translated, original] = [readPage(file), readPage(englishOf(file))];
      assert.deepEqual(structureOf(translated), structureOf(original));
      assert.deepEqual(names(translated), names(original));
      assert.deepEqual(links(translated), links(original));
    });
  }

  it('is there for every page, save what programs write and what was once decided', () => {
    const missing = map.names.filter((name) => !map.has('zh', name));
    const expected = [
      ...Object.keys(CHINESE_INTRODUCTIONS),
      ...map.names.filter((name) => /^decisions\//.test(name)),
    ];
    assert.deepEqual(missing.sort(), expected.sort());
  });

  it('that has fallen behind would be found', () => {
    const original = parsePage('docs/x.md', '# A\n\nSet `ONE`.\n\n- one\n- two\n');
    for (const behind of [
      '# 甲\n\n设 `ONE`。\n\n- 一\n',
      '# 甲\n\n- 一\n- 二\n',
      '## 甲\n\n设 `ONE`。\n\n- 一\n- 二\n',
    ]) {
      assert.notDeepEqual(structureOf(parsePage('docs/zh/x.md', behind)), structureOf(original));
    }
    assert.notDeepEqual(names(parsePage('docs/zh/x.md', '设 `TWO`。')), names(original));
  });
});
