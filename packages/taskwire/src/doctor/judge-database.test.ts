import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DatabaseFacts, ServerFacts } from './database-facts.ts';
import { judgeDatabase } from './judge-database.ts';

const NOW_MS = Date.UTC(2030, 0, 1);
const DAY_MS = 86_400_000;

const facts = (server: Partial<ServerFacts> = {}, more: Partial<DatabaseFacts> = {}): DatabaseFacts => ({
  kind: 'postgres',
  server: {
    version_number: 170_002,
    version: '17.2 (Debian 17.2-1)',
    encoding: 'UTF8',
    synchronous_commit: 'on',
    fsync: true,
    full_page_writes: true,
    autovacuum: true,
    in_recovery: false,
    read_only: false,
    may_create: true,
    connections: 10,
    connections_max: 97,
    oldest_transaction_s: 0.1,
    dead_rows: 10,
    living_rows: 1_000,
    ...server,
  },
  pendingMigrations: [],
  unknownMigrations: [],
  partitions: { create: [], drop: [], coveredUntilMs: NOW_MS + 40 * DAY_MS },
  nowMs: NOW_MS,
  ...more,
});
const level = (check: string, given: DatabaseFacts) =>
  judgeDatabase(given).find((finding) => finding.check === `database.${check}`)?.level;

test('a database that is set up well gives nothing to do', () => {
  for (const finding of judgeDatabase(facts()))
    assert.deepEqual([finding.check, finding.level], [finding.check, 'ok']);
});

test('what would lose commits is a problem', () => {
  assert.equal(level('commits', facts({ synchronous_commit: 'off' })), 'problem');
  assert.equal(level('commits', facts({ fsync: false })), 'problem');
  assert.equal(level('commits', facts({ full_page_writes: false })), 'problem');
  assert.equal(level('commits', facts({ synchronous_commit: 'remote_apply' })), 'ok');
});

test('what cannot take writes is a problem', () => {
  assert.equal(level('writes', facts({ in_recovery: true })), 'problem');
  assert.equal(level('writes', facts({ read_only: true })), 'problem');
  assert.equal(level('version', facts({ version_number: 140_011, version: '14.11' })), 'problem');
  assert.equal(level('encoding', facts({ encoding: 'SQL_ASCII' })), 'problem');
});

test('what will hurt some day is a warning', () => {
  assert.equal(level('connections', facts({ connections: 80 })), 'warning');
  assert.equal(level('vacuum', facts({ oldest_transaction_s: 7_200 })), 'warning');
  assert.equal(level('vacuum', facts({ dead_rows: 200_000, living_rows: 100_000 })), 'warning');
  assert.equal(level('vacuum', facts({ dead_rows: 40_000, living_rows: 0 })), 'ok');
  assert.equal(level('vacuum', facts({ autovacuum: false })), 'problem');
  assert.equal(level('rights', facts({ may_create: false })), 'warning');
  assert.equal(level('schema', facts({}, { pendingMigrations: ['0002_x.sql'] })), 'warning');
  assert.equal(level('schema', facts({}, { unknownMigrations: ['0099_y.sql'] })), 'warning');
});

test('parts of the history are missed in time', () => {
  const covered = (ms: number) =>
    facts({}, { partitions: { create: ['task_logs_2030_02'], drop: [], coveredUntilMs: ms } });
  assert.equal(level('partitions', covered(NOW_MS)), 'problem');
  assert.equal(level('partitions', covered(NOW_MS + 2 * DAY_MS)), 'warning');
  assert.equal(level('partitions', covered(NOW_MS + 20 * DAY_MS)), 'note');
  assert.equal(level('partitions', facts({}, { partitions: null })), 'note');
});

test('of the embedded database only what can differ is judged', () => {
  const checks = judgeDatabase(facts({ fsync: false }, { kind: 'pglite' })).map(({ check }) => check);
  assert.deepEqual(checks, ['database.server', 'database.schema', 'database.partitions']);
});
