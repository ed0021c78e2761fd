import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** As it is deployed. */
export const readRules = (): string =>
  readFileSync(new URL('../../deploy/monitoring/alerts.yml', import.meta.url), 'utf8');

export const alertNamesIn = (rules: string): readonly string[] =>
  [...rules.matchAll(/^ +- alert: (\S+)$/gm)].map(([, name = '']) => name);

/**
 * The same rules with a second in the place of each minute: how long something has to last (`for: 10m`), and how far back
 * is looked (`[15m]`). What is looked at, and every threshold, stay as they are.
 */
export const hastened = (rules: string): string =>
  rules.replace(/^( +for: \d+)m$/gm, '$1s').replace(/\[(\d+)m\]/g, '[$1s]');
