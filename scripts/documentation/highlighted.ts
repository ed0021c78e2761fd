import { createRequire } from 'node:module';
import { escapeHtml } from './escape-html.ts';

/** What is used of highlight.js. Its own types would bring those of browsers into everything that is checked here. */
interface Highlighter {
  getLanguage(name: string): object | undefined;
  highlight(code: string, options: { language: string; ignoreIllegals: boolean }): { readonly value: string };
}

const require = createRequire(import.meta.url);
const highlighter: Highlighter = require('highlight.js/lib/common');

/** Code as HTML, its words marked where the language is one that is known. */
export function highlighted(code: string, language: string): string {
  return highlighter.getLanguage(language) === undefined
    ? escapeHtml(code)
    : highlighter.highlight(code, { language, ignoreIllegals: true }).value;
}
