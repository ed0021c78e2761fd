import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { startScreen } from './start-screen.ts';
import { readUpAddress, removeUpAddress, writeUpAddress } from './up-address.ts';

const SYSTEM = {
  url: 'http://127.0.0.1:8080',
  redisUrl: 'redis://127.0.0.1:20000',
  isPrivateRedis: true,
  databaseUrl: undefined,
  dataDir: '/data',
  logDirectory: '/data/logs',
  command: './taskwire',
};
const plain = { style: (_style: unknown, text: string) => text };

test('the start screen says where everything is and what to try', () => {
  const text = startScreen(plain, SYSTEM);
  assert.match(text, /^ {2}dashboard {2}http:\/\/127\.0\.0\.1:8080$/m);
  assert.match(text, /^ {2}database {3}embedded, in \/data\/database$/m);
  assert.match(text, /^ {2}logs {7}\/data\/logs$/m);
  assert.match(
    text,
    /^ {2}\.\/taskwire tasks run tasks\.web\.system\.analyze_resources --wait +a first task$/m,
  );
  assert.match(text, /Ctrl-C stops everything\.$/);
});

test('the start screen shows no user and no password', () => {
  const text = startScreen(plain, {
    ...SYSTEM,
    isPrivateRedis: false,
    redisUrl: 'redis://somebody:hunter2@redis.example:6379/1',
    databaseUrl: 'postgres://somebody:hunter2@db.example/tasks',
  });
  assert.match(text, /redis.example:6379\/1/);
  assert.match(text, /PostgreSQL at db.example\/tasks/);
  assert.doesNotMatch(text, /hunter2|somebody/);
});

test('commands find a running system by what it left in its folder, and take nothing else for it', (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-up-'));
  t.after(() => rmSync(directory, { recursive: true }));
  assert.equal(readUpAddress(directory), null);
  const address = { url: 'http://127.0.0.1:8080', redisUrl: null };
  writeUpAddress(directory, address);
  assert.deepEqual(readUpAddress(directory), address);
  removeUpAddress(directory);
  assert.equal(readUpAddress(directory), null);
  for (const broken of ['', '{', 'null', '[]', '{"url":7}', '{"url":"nowhere"}']) {
    writeFileSync(path.join(directory, 'up.json'), broken);
    assert.equal(readUpAddress(directory), null, broken);
  }
});
