import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '@taskwire/protocol';
import type { Redis } from 'ioredis';

/** A Lua script; it is sent by its hash, and whole where the server does not know it (any more). */
export interface RedisScript {
  /** @returns the reply with texts as Buffers */
  run(
    redis: Redis,
    keys: readonly string[],
    parameters: readonly (string | number | Buffer)[],
  ): Promise<unknown>;
}

/** Reads `scripts/<name>.lua`. */
export function loadScript(name: string): RedisScript {
  const text = readFileSync(new URL(`../scripts/${name}.lua`, import.meta.url), 'utf8');
  const digest = hash('sha1', text, 'hex');
  return {
    run: async (redis, keys, parameters) => {
      try {
        return await redis.callBuffer('EVALSHA', digest, keys.length, ...keys, ...parameters);
      } catch (error) {
        if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
        return redis.callBuffer('EVAL', text, keys.length, ...keys, ...parameters);
      }
    },
  };
}
