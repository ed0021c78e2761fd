import assert from 'node:assert/strict';
import { test } from 'node:test';
import { divideNetwork, whyNoDividedNetwork } from './divided-network.ts';
import { startPostgres } from './postgres-server.ts';
import { startRedis } from './redis-server.ts';
import { startProcess } from './start-process.ts';
import { waitUntil } from './wait-until.ts';

test('what two parties of a divided network send each other vanishes while they are cut, and arrives again when healed', {
  skip: whyNoDividedNetwork(),
}, async () => {
  await using network = await divideNetwork(['client', 'server']);
  const place = { host: network.hostOf('server'), wrapper: network.wrapperOf('server') };
  await using redis = await startRedis(place);
  await using postgres = await startPostgres(place);
  const addresses = [redis.port, postgres.port].map((port) => [place.host, port] as const);
  await using client = await startProcess(new URL('fixture-connect.ts', import.meta.url), {
    arguments: [JSON.stringify(addresses)],
    wrapper: network.wrapperOf('client'),
  });
  await client.waitForLine(/^connected connected$/);

  await network.cut('client', 'server');
  await client.waitForLine(/^silence silence$/);
  assert.equal(await redis.command('PING'), 'PONG');
  assert.deepEqual(await postgres.query('select 1 as one'), [{ one: 1 }]);

  await network.heal('client', 'server');
  const before = client.output().length;
  await waitUntil(() => client.output().indexOf('connected connected', before) !== -1, { what: 'a heal' });
});
