import { readSettings, redisNames, taskQueueName } from '@taskwire/protocol';
import type { CommandInput } from '../command-line/command.ts';
import { aclFile, redisUsers } from '../redis-users/redis-users.ts';

/** `taskwire redis-users`: the ACL file for the names of these settings. */
export async function printRedisUsers({ env, terminal }: CommandInput): Promise<number> {
  const settings = readSettings(env);
  terminal.line(aclFile(redisUsers(redisNames(settings), taskQueueName(settings))).trimEnd());
  return 0;
}
