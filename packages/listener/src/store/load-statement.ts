import { readFileSync } from 'node:fs';
import type { Statement } from './database.ts';

/**
 * Reads `sql/<name>.sql`; the file's name is the name that it is prepared under.
 * @param words what stands in its place for each `:word` of the file. `:word` without one is `sql/parts/<word>.sql`.
 * @param variant told apart by this, where the same file is filled in differently
 */
export function loadStatement(
  name: string,
  words: Readonly<Record<string, string>> = {},
  variant = '',
): Statement {
  const sql = readSql(name).replace(/(?<![:\w]):([a-z_]+)/g, (_, word: string) => {
    return words[word] ?? readSql(`parts/${word}`).trim();
  });
  return { name: variant === '' ? name : `${name}:${variant}`, sql };
}

const readSql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
