import assert from 'node:assert/strict';
import { it } from 'node:test';
import { redisFailure } from './redis-error.ts';

it('what Redis answers is told apart by its code, also from within a script', () => {
  const of = (message: string) => redisFailure(new Error(message));
  assert.equal(of("NOGROUP No such key 's' or consumer group 'g'"), 'group_gone');
  assert.equal(of('UNBLOCKED the stream key no longer exists'), 'group_gone');
  assert.equal(
    of('ERR Error running script (call to f_1): @user_script:1: NOGROUP No such key'),
    'group_gone',
  );
  assert.equal(of("OOM command not allowed when used memory > 'maxmemory'."), 'refuses_writes');
  assert.equal(of('MISCONF Redis is configured to save RDB snapshots'), 'refuses_writes');
  assert.equal(of("READONLY You can't write against a read only replica."), 'refuses_writes');
  assert.equal(of('NOREPLICAS Not enough good replicas to write.'), 'refuses_writes');
  assert.equal(of('WRONGTYPE Operation against a key holding the wrong kind of value'), 'wrong_type');
  assert.equal(of('LOADING Redis is loading the dataset in memory'), 'unreachable');
  assert.equal(of('connect ECONNREFUSED 127.0.0.1:1'), 'unreachable');
  assert.equal(of('ERR unknown command'), 'other');
});
