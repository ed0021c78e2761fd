import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, refuseOpenListening } from './loopback.ts';

test('this machine has few names, and what only looks like one of them is none', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost', 'LOCALHOST', 'a.localhost']) {
    assert.ok(isLoopback(host), host);
  }
  const others = ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.evil.example'];
  for (const host of [...others, '127.1', '2130706433', 'evil-localhost', 'tasks', '', '[::1].evil', '::2']) {
    assert.ok(!isLoopback(host), host);
  }
});

test('without a token, only this machine is listened to; the refusal is one line that names the setting', () => {
  refuseOpenListening('127.0.0.1');
  for (const host of ['0.0.0.0', '::', '192.0.2.7', 'tasks.example']) {
    assert.throws(() => refuseOpenListening(host), {
      code: 'setting_invalid',
      message: /^TASKWIRE_OPERATOR_TOKENS: expected at least one token, [^\n]+$/,
    });
  }
});
