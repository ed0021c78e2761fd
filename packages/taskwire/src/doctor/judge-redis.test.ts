import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRedis, type RedisPlace } from './judge-redis.ts';
import type { RedisFacts } from './redis-facts.ts';

const HEALTHY_INFO = {
  redis_version: '8.8.2',
  role: 'master',
  connected_slaves: '0',
  aof_enabled: '1',
  used_memory: '1000000',
  maxmemory: '100000000',
  connected_clients: '10',
};
const HEALTHY_SETTINGS = {
  appendfsync: 'everysec',
  maxclients: '10000',
  maxmemory: '100000000',
  'maxmemory-policy': 'noeviction',
  'min-replicas-to-write': '0',
  save: '',
  'stop-writes-on-bgsave-error': 'yes',
  'tls-port': '0',
};
const HERE: RedisPlace = { host: '127.0.0.1:6379', isLoopback: true, isEncrypted: false };
const ELSEWHERE: RedisPlace = { host: 'redis.example:6379', isLoopback: false, isEncrypted: false };

const facts = (
  info: Readonly<Record<string, string>> = {},
  settings: Readonly<Record<string, string>> | null = {},
  more: Partial<RedisFacts> = {},
): RedisFacts => ({
  user: 'listener',
  open: false,
  pingMs: 0.5,
  info: new Map(Object.entries({ ...HEALTHY_INFO, ...info })),
  settings: settings === null ? null : new Map(Object.entries({ ...HEALTHY_SETTINGS, ...settings })),
  ...more,
});
const level = (check: string, given: RedisFacts, place = HERE) =>
  judgeRedis(given, place).find((finding) => finding.check === `redis.${check}`)?.level;

test('a Redis that is set up well gives nothing to do', () => {
  for (const finding of judgeRedis(facts(), HERE))
    assert.deepEqual([finding.check, finding.level], [finding.check, 'ok']);
});

test('every finding that is not fine says what to do', () => {
  const bad = facts(
    {
      redis_version: '7.0.15',
      role: 'slave',
      aof_enabled: '0',
      used_memory: '99999999',
      cluster_enabled: '1',
    },
    { 'maxmemory-policy': 'allkeys-lru', save: '60 1' },
    { open: true, pingMs: 200 },
  );
  const findings = judgeRedis(bad, ELSEWHERE);
  for (const { check, level, advice } of findings) assert.equal(advice === null, level === 'ok', check);
  assert.ok(findings.filter(({ level }) => level !== 'ok').length >= 7);
});

test('a Redis that refuses writes is a problem, whatever the cause', () => {
  assert.equal(level('writes', facts({ rdb_last_bgsave_status: 'err' }, { save: '60 1' })), 'problem');
  assert.equal(level('writes', facts({ aof_last_write_status: 'err' })), 'problem');
  assert.equal(level('writes', facts({ loading: '1' })), 'problem');
  assert.equal(level('replication', facts({ role: 'slave' })), 'problem');
  assert.equal(level('replication', facts({}, { 'min-replicas-to-write': '1' })), 'problem');
  const failedButAllowed = { save: '60 1', 'stop-writes-on-bgsave-error': 'no' };
  assert.equal(level('writes', facts({ rdb_last_bgsave_status: 'err' }, failedButAllowed)), 'ok');
});

test('what would be forgotten by a restart or a failover is said', () => {
  assert.equal(level('persistence', facts({ aof_enabled: '0' })), 'warning');
  assert.equal(level('persistence', facts({}, { appendfsync: 'no' })), 'note');
  assert.equal(level('persistence', facts({}, { appendfsync: 'always' })), 'ok');
  assert.equal(level('replication', facts({ connected_slaves: '2' })), 'note');
  assert.equal(
    level(
      'replication',
      facts({ connected_slaves: '2', min_slaves_good_slaves: '2' }, { 'min-replicas-to-write': '1' }),
    ),
    'ok',
  );
});

test('eviction is worse the more it may throw away', () => {
  assert.equal(level('eviction', facts({}, { 'maxmemory-policy': 'allkeys-lru' })), 'problem');
  assert.equal(level('eviction', facts({}, { 'maxmemory-policy': 'volatile-ttl' })), 'warning');
  assert.equal(level('eviction', facts({}, { 'maxmemory-policy': 'allkeys-lru', maxmemory: '0' })), 'note');
});

test('memory and connections are judged before they are full', () => {
  assert.equal(level('memory', facts({ used_memory: '85000000' })), 'warning');
  assert.equal(level('memory', facts({ used_memory: '96000000' })), 'problem');
  assert.equal(level('memory', facts({ maxmemory: '0' })), 'note');
  assert.equal(level('connections', facts({ connected_clients: '9000' })), 'warning');
});

test('a Redis without a password is worse when others can reach it', () => {
  assert.equal(level('access', facts({}, {}, { open: true }), HERE), 'note');
  assert.equal(level('access', facts({}, {}, { open: true }), ELSEWHERE), 'problem');
  assert.equal(level('access', facts(), ELSEWHERE), 'warning');
  assert.equal(level('access', facts(), { ...ELSEWHERE, isEncrypted: true }), 'ok');
});

test('what a user may not ask is a note and not a guess', () => {
  const findings = judgeRedis({ ...facts({}, null), info: new Map(), user: null }, HERE);
  assert.ok(
    findings.every(({ level }) => level === 'ok' || level === 'note'),
    JSON.stringify(findings),
  );
  assert.ok(findings.some(({ found }) => /may not/.test(found)));
});
