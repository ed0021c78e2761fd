import assert from 'node:assert/strict';
import { isolatedRedisNames, type RedisServer, startRedis } from '@taskwire/test-harness';
import type { TaskStatusNotifierOptions } from '../src/index.ts';
import { startFakeListener } from './fake-listener.ts';
import { notifierAt, publishMany, temporaryFolder } from './notifier-under-test.ts';

export interface PartsOptions {
  readonly redis?: RedisServer;
  /** Where the notifier connects to. Default: that of the server. */
  readonly redisUrl?: string;
  readonly notifier?: Partial<TaskStatusNotifierOptions>;
  /** Over how many shards events are spread; this notifier talks to the first. */
  readonly shards?: number;
  /** Whether to publish a first event, `first-0`, and see it acknowledged. Default true. */
  readonly first?: boolean;
}

export type Parts = Awaited<ReturnType<typeof prepareParts>>;

/** A notifier that runs, its Redis, and somebody who reads and acknowledges. */
export async function prepareParts(options: PartsOptions = {}) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder());
  const redis = options.redis ?? stack.use(await startRedis());
  const { shards } = options;
  const names = { ...isolatedRedisNames(), ...(shards === undefined ? {} : { shards }) };
  const drawn = shards === undefined ? {} : { random: (count: number) => new Uint8Array(count) };
  const listener = stack.use(await startFakeListener(redis.url, names));
  const redisUrl = options.redisUrl ?? redis.url;
  const notifier = stack.use(
    notifierAt(options.notifier?.outboxPath ?? folder.outbox, {
      redisUrl,
      names,
      ...drawn,
      ...options.notifier,
    }),
  );
  await notifier.start();
  if (options.first !== false) {
    publishMany(notifier, 1, 'first');
    assert.ok(await notifier.flush({ timeoutMs: 5_000 }), 'the first event is acknowledged');
  }
  return { folder, redis, names, listener, notifier, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
