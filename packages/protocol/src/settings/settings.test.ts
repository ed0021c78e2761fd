import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { TaskwireError } from '../error.ts';
import type { Setting } from './setting.ts';
import { asEnvironment, readSettings, SETTINGS } from './settings.ts';

/** Wrong for every kind of setting: a line end in the middle. */
const WRONG = 'x\ny';

function problemOf(env: Record<string, string>): string {
  try {
    readSettings(env);
  } catch (error) {
    assert.ok(error instanceof TaskwireError && error.code === 'setting_invalid');
    return error.message;
  }
  throw new Error('was accepted');
}

for (const [key, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
  describe(setting.name, () => {
    it('has a default that its own parser takes', () => {
      assert.deepEqual(readSettings({})[key as keyof typeof SETTINGS], setting.fallback);
      if (setting.fallbackText !== 'unset') {
        assert.deepEqual(setting.parse(setting.fallbackText), setting.fallback);
      }
    });

    it('refuses a wrong value with one line that names it and says what is expected', () => {
      const message = problemOf({ [setting.name]: WRONG });
      assert.ok(message.startsWith(`${setting.name}: expected ${setting.expected}, got `), message);
      assert.ok(!message.includes('\n'));
    });

    it('counts as unset where it is empty', () => {
      assert.deepEqual(readSettings({ [setting.name]: '' }), readSettings({}));
    });

    if (setting.secret) {
      it('is secret: its value is in no error', () => {
        assert.doesNotMatch(problemOf({ [setting.name]: 'user:hunter2\n@x' }), /hunter2/);
      });
    }
  });
}

test('addresses have to be whole, and of the right kind', () => {
  for (const value of ['foo', 'redis:', 'redis://', 'redis:foo', 'http://h', 'redis:/h', ' redis://h']) {
    assert.match(problemOf({ REDIS_URL: value }), /^REDIS_URL: expected an address that begins with redis:/);
  }
  for (const value of ['redis://h', 'rediss://:secret@h:6380/2', 'redis://[::1]:6379', 'REDIS://h']) {
    assert.equal(readSettings({ REDIS_URL: value }).redisUrl, value);
  }
  const socket = 'postgres:///tasks?host=/var/run/postgresql';
  assert.equal(readSettings({ DATABASE_URL: socket }).databaseUrl, socket);
  assert.match(problemOf({ DATABASE_URL: 'mysql://h/d' }), /^DATABASE_URL: /);
});

test('Sentinels are addresses, and host:port is enough', () => {
  const given = ' 10.0.0.1:26379, rediss://:word@s2:26379,[::1]:26379 ';
  const { redisSentinels } = readSettings({ TASKWIRE_REDIS_SENTINELS: given });
  assert.deepEqual(redisSentinels, [
    'redis://10.0.0.1:26379',
    'rediss://:word@s2:26379',
    'redis://[::1]:26379',
  ]);
  for (const wrong of ['http://s:1', 's:1,,s:2', 'redis://', 'a b:1'])
    assert.match(
      problemOf({ TASKWIRE_REDIS_SENTINELS: wrong }),
      /^TASKWIRE_REDIS_SENTINELS: expected host:port/,
    );
});

test('settings about Redis that contradict each other are refused with one line that names one of them', () => {
  const problem = (env: Record<string, string>) => problemOf({ TASKWIRE_REDIS_CLUSTER: 'true', ...env });
  assert.match(
    problem({ TASKWIRE_REDIS_SENTINELS: 's:1' }),
    /^TASKWIRE_REDIS_SENTINELS: expected nothing beside/,
  );
  assert.match(problem({ REDIS_URL: 'redis://h/3' }), /^REDIS_URL: expected no database, .* got \/3$/);
  assert.match(problem({ TASKWIRE_KEY_PREFIX: '{blue}:' }), /^TASKWIRE_KEY_PREFIX: expected no \{ or \}/);
  assert.ok(readSettings({ TASKWIRE_REDIS_CLUSTER: 'true', REDIS_URL: 'redis://h/0' }).redisCluster);
});

test('whole numbers are within their range', () => {
  for (const value of ['abc', '-1', '65536', '80.5', '1e3', '0x50', '80 ', '99999999999999999999']) {
    assert.match(problemOf({ PORT: value }), /^PORT: expected a whole number from 0 to 65535, got "/);
  }
  assert.equal(readSettings({ PORT: '0' }).port, 0);
});

test('true and false can be said in the usual ways', () => {
  for (const value of ['true', 'TRUE', '1', 'yes', 'on']) {
    assert.equal(readSettings({ TASKWIRE_OUTBOX_FSYNC: value }).outboxFsync, true);
  }
  for (const value of ['false', 'False', '0', 'no', 'OFF']) {
    assert.equal(readSettings({ ENABLE_TASK_STATUS_LISTENER: value }).listenerEnabled, false);
  }
  assert.match(problemOf({ ENABLE_STATUS_NOTIFICATIONS: 'maybe' }), /expected true or false, got "maybe"/);
});

test('lists are cut at commas, without white space and empty items', () => {
  const { networkAllow } = readSettings({ TASKWIRE_NETWORK_ALLOW: ' 10.0.0.0/8, ,localhost:8443 ,' });
  assert.deepEqual(networkAllow, ['10.0.0.0/8', 'localhost:8443']);
});

test('a choice is one of its words', () => {
  assert.match(
    problemOf({ LOG_LEVEL: 'INFO' }),
    /^LOG_LEVEL: expected one of debug, info, warn, error, silent/,
  );
});

test('an unknown name that begins with TASKWIRE_ is a typing error, and the nearest name is offered', () => {
  assert.equal(
    problemOf({ TASKWIRE_RETENTION_DAY: '3' }),
    'TASKWIRE_RETENTION_DAY: no such setting; did you mean TASKWIRE_RETENTION_DAYS?',
  );
  assert.equal(problemOf({ TASKWIRE_COLOUR_OF_THE_SKY: '' }), 'TASKWIRE_COLOUR_OF_THE_SKY: no such setting');
  assert.ok(!problemOf({ [`TASKWIRE_${'X\n'.repeat(10_000)}`]: '1' }).includes('\n'));
});

test('names of others are left alone', () => {
  assert.deepEqual(readSettings({ PATH: '/bin', TASKWIRED: 'x', taskwire_port: '1' }), readSettings({}));
});

test('settings given in code are checked like those of the environment; what is undefined is not given', () => {
  const settings = readSettings({ TASKWIRE_NETWORK_ALLOW: 'a,b', PORT: '0', TASKWIRE_METRICS_OPEN: 'yes' });
  assert.deepEqual(readSettings(asEnvironment(settings)), settings);
  assert.deepEqual(asEnvironment({ port: undefined, dataDir: 'here' }), { TASKWIRE_DATA_DIR: 'here' });
  assert.throws(
    () => readSettings(asEnvironment({ retentionDays: 0 })),
    /^TaskwireError: TASKWIRE_RETENTION_DAYS: /,
  );
});

test('a long wrong value is cut', () => {
  assert.ok(problemOf({ PORT: 'x'.repeat(10_000) }).length < 300);
});
