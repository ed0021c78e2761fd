import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A script and the name that Redis caches it under. */
export interface LuaScript {
  readonly source: string;
  readonly sha1: string;
}

/** @param name of the file beside this one, such as `heartbeat.lua` */
export function loadLuaScript(name: string): LuaScript {
  const source = readFileSync(new URL(name, import.meta.url), 'utf8');
  return { source, sha1: hash('sha1', source, 'hex') };
}
