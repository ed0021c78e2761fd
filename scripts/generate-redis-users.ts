// Writes deploy/redis/users.acl for the names that taskwire has by default. Run it after changing redis-users.ts.
import { writeFileSync } from 'node:fs';
import { readSettings, redisNames } from '@taskwire/protocol';
import { aclFile, redisUsers } from '../packages/taskwire/src/redis-users/redis-users.ts';

const settings = readSettings({});
writeFileSync(
  new URL('../deploy/redis/users.acl', import.meta.url),
  aclFile(redisUsers(redisNames(settings), settings.taskQueue)),
);
