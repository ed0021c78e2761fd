import { TaskwireError } from '../error.ts';

/** What each of the settings about Redis allows by itself and not with the others. @throws TaskwireError `setting_invalid` */
export function checkRedisSettings(settings: {
  readonly redisUrl: string;
  readonly redisCluster: boolean;
  readonly redisSentinels: readonly string[];
  readonly keyPrefix: string | undefined;
}): void {
  if (!settings.redisCluster) return;
  if (settings.redisSentinels.length > 0)
    throw invalid(
      'TASKWIRE_REDIS_SENTINELS: expected nothing beside TASKWIRE_REDIS_CLUSTER=true, whose nodes watch each other',
    );
  const database = new URL(settings.redisUrl).pathname.slice(1);
  if (database !== '' && database !== '0')
    throw invalid(
      `REDIS_URL: expected no database, as a cluster has only one, got /${database.slice(0, 20)}`,
    );
  if (/[{}]/.test(settings.keyPrefix ?? ''))
    throw invalid(
      'TASKWIRE_KEY_PREFIX: expected no { or } with TASKWIRE_REDIS_CLUSTER=true, as it would put all keys on one node',
    );
}

const invalid = (line: string): TaskwireError => new TaskwireError('setting_invalid', line);
