import { type Logger, messageOf, type RedisNames, type WorkerHeartbeat } from '@taskwire/protocol';
import { loadLuaScript } from './redis/lua-script.ts';
import type { RedisConnection } from './redis/redis-connection.ts';

/** All of it but what only Redis can say. */
export type HeartbeatContent = Omit<WorkerHeartbeat, 'at_ms' | 'clock_skew_ms'>;

export interface Heartbeat {
  /** Says that the worker lives. Never throws: the next one comes soon. @returns whether it was written */
  beat(connection: RedisConnection, content: HeartbeatContent): Promise<boolean>;
}

export function createHeartbeat(options: {
  readonly names: RedisNames;
  readonly logger: Logger;
  readonly nowMs: () => number;
}): Heartbeat {
  const script = loadLuaScript('heartbeat.lua');
  return {
    async beat(connection, content) {
      if (!connection.isReady) return false;
      const json = JSON.stringify(content).slice(0, -1);
      try {
        await connection.run(
          script,
          [options.names.heartbeats],
          [content.worker_id, json, Math.floor(options.nowMs())],
        );
        return true;
      } catch (error) {
        options.logger.debug({ problem: messageOf(error) }, 'the heartbeat was not written');
        return false;
      }
    },
  };
}
