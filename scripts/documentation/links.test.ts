import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { generateSite } from './generate-site.ts';
import { headingAnchors } from './heading-anchor.ts';
import { readPage } from './page.ts';
import { markdownFiles } from './repository-files.ts';
import { createSiteMap } from './site-map.ts';

describe('the links of everything that is written', () => {
  const map = createSiteMap();
  for (const file of markdownFiles()) {
    it(`${file} leads to files, folders and headings that are there`, () => {
      const broken = readPage(file).targets.flatMap((target) => {
        try {
          map.resolve(file, target, 'en');
          return [];
        } catch (error) {
          return [String(error)];
        }
      });
      assert.deepEqual(broken, []);
    });
  }

  it('would be found where one is broken', () => {
    for (const target of ['no-such.md', 'guarantees.md#no-such', '#no-such', 'openapi.json#paths']) {
      assert.throws(() => map.resolve('docs/README.md', target, 'en'), /leads to no|anchor/, target);
    }
  });

  it('know headings by the anchors that GitHub gives them', () => {
    assert.deepEqual(
      headingAnchors(['`publish()` refuses', 'Redis, or not?', '任务一直 PENDING', 'A', 'A']),
      ['publish-refuses', 'redis-or-not', '任务一直-pending', 'a', 'a-1'],
    );
  });
});

describe('the site', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-docs-'));
  after(() => rmSync(folder, { recursive: true }));
  let files: readonly string[] = [];
  const pages = new Map<string, string>();
  before(() => {
    generateSite(folder);
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((each) => each.endsWith('.html'))) {
      pages.set(file, readFileSync(path.join(folder, file), 'utf8'));
    }
  });
  const attributes = (html: string, name: string): readonly string[] =>
    [...html.matchAll(new RegExp(`<[^>]* ${name}="([^"]*)"`, 'g'))].map((match) => match[1] ?? '');

  it('leads to no page and no heading that is not in it, in either language', () => {
    const ids = new Map([...pages].map(([file, html]) => [file, new Set(attributes(html, 'id'))]));
    const broken: string[] = [];
    for (const [file, html] of pages) {
      for (const link of [
        ...attributes(html, 'href'),
        ...attributes(html, 'src'),
        ...attributes(html, 'srcset'),
      ]) {
        if (/^https?:/.test(link) || link === '#') continue;
        const [address = '', anchor] = decodeURI(link).split('#', 2);
        const target = address === '' ? file : path.join(path.dirname(file), address);
        const isThere =
          files.includes(target) && (anchor === undefined || ids.get(target)?.has(anchor) === true);
        if (!isThere) broken.push(`${file}: ${link}`);
      }
    }
    assert.deepEqual(broken, []);
    assert.ok(pages.size > 100);
  });

  it('asks nobody else for anything', () => {
    for (const [file, html] of pages) {
      const loaded = [...attributes(html, 'src'), ...attributes(html, 'srcset')];
      const linked = [...html.matchAll(/<link [^>]*href="([^"]+)"/g)].map((match) => match[1] ?? '');
      for (const address of [...loaded, ...linked]) assert.doesNotMatch(address, /^(https?:)?\/\//, file);
    }
    const style = readFileSync(path.join(folder, 'site/site.css'), 'utf8');
    assert.doesNotMatch(style, /url\(|@import/);
  });

  it('has each page in both languages, with one first heading and no id twice', () => {
    for (const [file, html] of pages) {
      const ids = attributes(html, 'id');
      assert.equal(new Set(ids).size, ids.length, file);
      assert.equal(html.match(/<h1[ >]/g)?.length, 1, file);
      if (!/^(zh|repository)\//.test(file)) assert.ok(pages.has(`zh/${file}`), file);
    }
  });

  it('says of a page without a translation that it is in English', () => {
    const page = pages.get('zh/decisions/0001-typescript-runs-without-a-build.html') ?? '';
    assert.match(page, /<html lang="zh-CN"/);
    assert.match(page, /<p class="note">本页暂无中文版/);
    assert.match(page, /<article lang="en">/);
    assert.match(pages.get('zh/settings.html') ?? '', /<p class="note">本页由代码生成/);
  });
});
