import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { failOnLeaks } from '@taskwire/test-harness';
import { fuzzApi } from './fuzz-api.ts';
import { type FuzzTarget, startTarget } from './start-target.ts';

failOnLeaks();

/** `npm run fuzz:api` sends many more. */
const REQUESTS = 400;
/** Every operation but those that need what chance seldom brings: a dead letter that can be applied after all, say. */
const SUCCEEDED_SHARE_MIN = 0.75;

describe('the API, asked for anything by anybody', () => {
  let target: FuzzTarget;
  before(async () => {
    target = await startTarget();
  });
  after(() => target[Symbol.asyncDispose]());

  for (const seed of [1, randomInt(1, 2 ** 31)]) {
    it(`answers as it is described, and is well afterwards (seed ${seed})`, async () => {
      const { origin, credentials, loggedErrors } = target;
      const report = await fuzzApi({ origin, credentials, seed, requests: REQUESTS, parallel: 8 });
      assert.deepEqual(report.failures, [], `npm run fuzz:api -- --requests ${REQUESTS} --seed ${seed}`);
      assert.deepEqual(loggedErrors, []);
      assert.equal(report.requests, REQUESTS);
      const { all, succeeded } = report.operations;
      assert.ok(
        succeeded >= all * SUCCEEDED_SHARE_MIN,
        `never with success: ${report.neverSucceeded.join(', ')}`,
      );
      assert.ok(await target.isWell());
    });
  }
});
