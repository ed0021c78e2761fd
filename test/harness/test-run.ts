import { randomBytes } from 'node:crypto';

const VARIABLE = 'TEST_RUN_ID';

/** Part of every name that the tests of one run create in services that are not theirs alone. */
export function testRunId(): string {
  const id = process.env[VARIABLE] ?? randomBytes(5).toString('hex');
  // Processes that we start are of the same run.
  process.env[VARIABLE] = id;
  return id;
}

export const databasePrefix = (): string => `taskwire_test_${testRunId()}_`;
export const redisPrefix = (): string => `taskwire-test:${testRunId()}:`;
