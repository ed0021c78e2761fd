import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readSettings, redisNames } from '@taskwire/protocol';
import { aclFile, redisUsers } from './redis-users.ts';

const settings = readSettings({});
const users = redisUsers(redisNames(settings), settings.taskQueue);

test('deploy/redis/users.acl is what the code says; `npm run generate` writes it', () => {
  const written = readFileSync(new URL('../../../../deploy/redis/users.acl', import.meta.url), 'utf8');
  assert.equal(written, aclFile(users));
});

test('no user is switched on before it has a password, and who comes without a name gets nothing', () => {
  const [first, ...others] = aclFile(users).trimEnd().split('\n');
  assert.equal(first, 'user default reset');
  assert.equal(others.length, users.length);
  for (const line of others) assert.match(line, /^user taskwire-[a-z]+ off [^>#]+$/);
});

test('a name that Redis would take for a pattern is taken literally, and one that an ACL cannot hold is refused', () => {
  const names = { ...redisNames(settings), queue: 'a*[b]?\\c' };
  const producer = redisUsers(names, 'tasks').find(({ name }) => name === 'taskwire-producer');
  assert.ok(producer?.rules.includes('(+lpush ~a\\*\\[b\\]\\?\\\\c)'), producer?.rules.join(' '));
  for (const unfit of ['a b', 'a)', '(a', 'a\tb']) {
    assert.throws(() => redisUsers({ ...names, queue: unfit }, 'tasks'), { code: 'setting_invalid' });
    assert.throws(() => redisUsers(names, unfit), { code: 'setting_invalid' });
  }
});
