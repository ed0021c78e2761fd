import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failOnLeaks, startPostgres, startRedis } from '@taskwire/test-harness';
import { commandEnvironment, objectsIn, ready, run, taskwire, urlOf } from '../../test/command-bed.ts';
import type { Finding } from './finding.ts';

failOnLeaks();

const findingsIn = (output: string): readonly Finding[] => objectsIn(output);
const find = (findings: readonly Finding[], check: string) => findings.find((each) => each.check === check);

async function doctor(env: Readonly<Record<string, string>>) {
  const { code, output } = await run(env, 'doctor', '--json');
  return { code, findings: findingsIn(output), output };
}

test('doctor looks at a running deployment, finds its listener alive and its lanes empty, and changes nothing', async (t) => {
  await using redis = await startRedis({ appendOnly: true, config: { maxmemory: '100mb' } });
  const env = await commandEnvironment(t, redis.url);
  await using server = await taskwire(env, 'web');
  await ready(await urlOf(server));
  assert.equal((await run(env, 'publish', 'a', 'SUCCESS')).code, 0);
  const { findings, output } = await doctor(env);
  const expected = {
    'redis.reachable': 'ok',
    'redis.writes': 'ok',
    'redis.persistence': 'ok',
    'redis.eviction': 'ok',
    'redis.memory': 'ok',
    'clocks.redis': 'ok',
    'clocks.database': 'ok',
    'lanes.stream': 'ok',
    'lanes.listeners': 'ok',
    'lanes.channel': 'ok',
    'database.reachable': 'ok',
    'database.version': 'ok',
    'database.schema': 'ok',
    'database.partitions': 'ok',
  };
  for (const [check, level] of Object.entries(expected))
    assert.equal(find(findings, check)?.level, level, output);
  assert.deepEqual(await server.stop(5_000), { code: 0, signal: null });
});

test('doctor finds what is wrong with a Redis and a database, and its exit code says how bad the worst is', async (t) => {
  await using redis = await startRedis({
    config: { maxmemory: '100mb', 'maxmemory-policy': 'allkeys-lru', 'min-replicas-to-write': '3' },
  });
  await using postgres = await startPostgres({
    settings: { fsync: 'off', synchronous_commit: 'off', autovacuum: 'off' },
  });
  const env = {
    ...(await commandEnvironment(t, redis.url)),
    DATABASE_URL: await postgres.createDatabase(),
  };
  await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 0);
  await redis.command('SET', `${env.TASKWIRE_KEY_PREFIX}task_status_stream`, 'no stream');
  await redis.command('CONFIG', 'SET', 'min-replicas-to-write', 3);
  const { code, findings, output } = await doctor(env);
  assert.equal(code, 4, output);
  for (const check of [
    'redis.replication',
    'redis.eviction',
    'lanes.keys',
    'database.commits',
    'database.vacuum',
  ]) {
    assert.equal(find(findings, check)?.level, 'problem', output);
  }
  assert.equal(find(findings, 'redis.persistence')?.level, 'warning');
  assert.match(find(findings, 'database.schema')?.found ?? '', /pending migrations: 0001_initial\.sql/);
  const text = await run(env, 'doctor');
  assert.equal(text.code, 4);
  assert.match(text.output, /^ {2}problem {2}eviction: maxmemory-policy is allkeys-lru/m);
  assert.match(text.output, /→ Set maxmemory-policy noeviction/);
});

test('doctor says of a Redis or a database that it cannot reach or may not enter why, and what to set', async (t) => {
  await using redis = await startRedis({ config: { requirepass: 'hunter2' } });
  const env = {
    ...(await commandEnvironment(t, redis.url)),
    DATABASE_URL: 'postgres://somebody:hunter2@127.0.0.1:1/none',
  };
  const { code, findings, output } = await doctor(env);
  assert.equal(code, 4);
  assert.match(find(findings, 'redis.reachable')?.found ?? '', /NOAUTH/);
  assert.match(find(findings, 'redis.reachable')?.advice ?? '', /user and password/);
  assert.match(find(findings, 'database.reachable')?.found ?? '', /ECONNREFUSED/);
  assert.doesNotMatch(output, /hunter2/);
});

test('doctor tells the role of the Redis user it comes as, and that one with few rights may not ask for more', async (t) => {
  const worker =
    '+evalsha +eval +script|load +time +xadd +xlen +hmget +hget +hset +get +set +zmscore +publish ~* &* >pass';
  await using redis = await startRedis({
    config: {
      user: [
        'default off',
        `worker on ${worker} +ping +info +acl|whoami`,
        `auditor on ${worker} +ping +info +acl +config|get`,
      ],
    },
  });
  const env = await commandEnvironment(t, redis.url.replace('//', '//worker:pass@'));
  const asWorker = (await doctor(env)).findings;
  assert.equal(find(asWorker, 'redis.rights')?.level, 'note');
  assert.match(find(asWorker, 'redis.rights')?.found ?? '', /user worker may not ask what it may do/);
  assert.match(find(asWorker, 'redis.eviction')?.found ?? '', /may not see/);
  assert.equal(find(asWorker, 'redis.access')?.level, 'ok');
  const asAuditor = (await doctor({ ...env, REDIS_URL: redis.url.replace('//', '//auditor:pass@') }))
    .findings;
  const rights = find(asAuditor, 'redis.rights')?.found ?? '';
  assert.match(rights, /user auditor can be a worker, not a listener \(it may not XGROUP CREATE, XREADGROUP/);
  assert.match(rights, /may also ACL SETUSER/);
});
