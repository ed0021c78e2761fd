import type { Redis } from 'ioredis';
import {
  beginConnecting,
  createRedisConnection,
  endConnection,
  type RedisConnectionOptions,
} from './connection.ts';

/** Connections for commands on any key: one for all where there is one server, in a cluster one for each key. */
export interface ConnectionPool {
  /** The connection for this key, and for whatever is in the same slot. */
  to(key: string): Redis;
  /** Begins to connect; does not wait for it. */
  begin(): void;
  end(): void;
}

/** @throws TaskwireError `setting_invalid` for a caFile that is of no use */
export function createConnectionPool(options: Omit<RedisConnectionOptions, 'key'>): ConnectionPool {
  const connections = new Map<string, Redis>();
  let begun = false;
  return {
    to: (key) => {
      const place = options.nodes?.kind === 'cluster' ? key : '';
      const known = connections.get(place);
      if (known !== undefined) return known;
      const connection = createRedisConnection({ ...options, key });
      connections.set(place, connection);
      if (begun) beginConnecting(connection);
      return connection;
    },
    begin: () => {
      begun = true;
      connections.forEach(beginConnecting);
    },
    end: () => connections.forEach(endConnection),
  };
}
