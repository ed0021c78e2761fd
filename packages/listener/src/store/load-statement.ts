import { readFileSync } from 'node:fs';
import type { Statement } from './database.ts';

/** Reads `sql/<name>.sql`; the file's name is the name that it is prepared under. */
export function loadStatement(name: string): Statement {
  return { name, sql: readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8') };
}
