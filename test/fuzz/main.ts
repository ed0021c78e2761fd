import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fuzzApi } from './fuzz-api.ts';
import { startTarget } from './start-target.ts';

/**
 * `npm run fuzz:api -- --requests 10000 --seed N`: requests of every kind to every operation of a real API, which has to
 * answer each as its OpenAPI document says. Ends with exit code 1 where it does not.
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(randomInt(1, 2 ** 31)) },
    parallel: { type: 'string', default: '8' },
  },
});
const wholeNumber = (name: keyof typeof values): number => {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`--${name}: expected a whole number from 1, got ${values[name]}`);
  process.exit(2);
};

const seed = wholeNumber('seed');
const begun = performance.now();
await using target = await startTarget();
const { origin, credentials, loggedErrors } = target;
const report = await fuzzApi({
  origin,
  credentials,
  seed,
  requests: wholeNumber('requests'),
  parallel: wholeNumber('parallel'),
});
for (const failure of [...report.failures, ...loggedErrors]) console.log(failure);
const statuses = [...report.byStatus]
  .sort(([a], [b]) => a - b)
  .map(([status, count]) => `${status}: ${count}`);
const { all, succeeded } = report.operations;
console.log(
  `seed ${seed}: ${report.requests} requests to ${all} operations in ${((performance.now() - begun) / 1_000).toFixed(1)} s, ` +
    `${succeeded} of them with success; answers ${statuses.join(', ')}; ` +
    `slowest ${report.slowest.operationId} with ${Math.round(report.slowest.ms)} ms; ` +
    `${report.failures.length} not as described, ${loggedErrors.length} errors logged`,
);
if (report.neverSucceeded.length > 0) console.log(`never with success: ${report.neverSucceeded.join(', ')}`);
if (!(await target.isWell())) console.log('the server is not well any more');
process.exitCode = report.failures.length + loggedErrors.length === 0 && (await target.isWell()) ? 0 : 1;
