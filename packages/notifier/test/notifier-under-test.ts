import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Logger, RedisNames } from '@taskwire/protocol';
import {
  createTaskStatusNotifier,
  type TaskStatusNotifier,
  type TaskStatusNotifierOptions,
} from '../src/index.ts';

export interface Folder extends Disposable {
  readonly path: string;
  readonly outbox: string;
}

export function temporaryFolder(): Folder {
  const folder = mkdtempSync(path.join(tmpdir(), 'taskwire-notifier-'));
  return {
    path: folder,
    outbox: path.join(folder, 'outbox.sqlite'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Names for tests that never reach a Redis. */
export const unusedNames: RedisNames = {
  channel: 'c',
  queue: 'q',
  stream: 's',
  acks: 'a',
  changes: 'ch',
  heartbeats: 'h',
};

/** Nobody listens there: the discard port. */
export const unreachableRedisUrl = 'redis://127.0.0.1:9';

export function notifierAt(
  outboxPath: string,
  options: Partial<TaskStatusNotifierOptions> = {},
): TaskStatusNotifier {
  return createTaskStatusNotifier({
    redisUrl: unreachableRedisUrl,
    names: unusedNames,
    workerContainer: 'worker-1',
    outboxPath,
    stopTimeoutMs: 0,
    ...options,
  });
}

/** Publishes tasks `prefix-0` … and returns the event_ids. */
export function publishMany(notifier: TaskStatusNotifier, count: number, prefix = 'task'): string[] {
  return Array.from({ length: count }, (_, index) => {
    const outcome = notifier.publish({ task_request_id: `${prefix}-${index}`, status: 'RUNNING' });
    if (!outcome.accepted) throw outcome.error;
    return outcome.event_id;
  });
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

export function collectingLogger(): Logger & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: LogLine['level']) => (fields: object, message: string) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
