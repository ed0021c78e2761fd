import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { mountOf, pathBelow, pathOf } from './mount.ts';

test('the plugin knows where it begins, whoever took what off the address before', () => {
  for (const [originalUrl, url, prefix, mount, below] of [
    ['/tasks?q=a', '/tasks?q=a', '', '', '/tasks'],
    ['/in/tasks', '/in/tasks', '/in', '/in', '/tasks'],
    ['/in', '/in', '/in', '/in', ''],
    // As Express leaves it where something is mounted.
    ['/in/tasks/a%2Fb?q', '/tasks/a%2Fb?q', '', '/in', '/tasks/a%2Fb'],
    ['/in/', '/', '', '/in', '/'],
    ['/in?q', '/?q', '', '/in', '/'],
    ['/out/in/tasks', '/in/tasks', '/in', '/out/in', '/tasks'],
  ] as const) {
    const request = { originalUrl, url, server: { prefix } } as FastifyRequest;
    assert.deepEqual(
      [mountOf(request), pathBelow(request), pathOf(request)],
      [mount, below, originalUrl.split('?')[0]],
      originalUrl,
    );
  }
});
