import { deleteRedisKeysOfRun, dropDatabasesOfRun } from './sweep.ts';

const { REDIS_URL, DATABASE_URL } = process.env;
if (REDIS_URL !== undefined) await deleteRedisKeysOfRun(REDIS_URL);
if (DATABASE_URL !== undefined) await dropDatabasesOfRun(DATABASE_URL);
