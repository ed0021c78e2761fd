import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import { cancelRequestsKey, createSecretParams, STREAM_FIELDS } from '@taskwire/protocol';
import {
  eventsOfEntry,
  failOnLeaks,
  freshDatabaseUrl,
  isolatedRedisNames,
  sharedRedisUrl,
  waitUntil,
} from '@taskwire/test-harness';
import { Redis } from 'ioredis';
import { asyncApiDocument } from '../../packages/server/src/asyncapi/asyncapi-document.ts';
import { createTaskQueue } from '../../packages/server/src/index.ts';
import { closed, type JsonSchema, schemaCompiler } from '../../packages/server/test/api-document.ts';
import { startListener } from './start-listener.ts';

failOnLeaks();

interface Document {
  readonly channels: Readonly<
    Record<string, { readonly address: string; readonly messages: Readonly<Record<string, object>> }>
  >;
  readonly components: {
    readonly messages: Readonly<
      Record<string, { readonly payload: JsonSchema; readonly headers?: JsonSchema }>
    >;
  };
}

it('what a worker and a web process really say over Redis is what the AsyncAPI document says', async () => {
  const names = isolatedRedisNames();
  const document = asyncApiDocument(names) as Document;
  const compile = schemaCompiler({
    openapi: '',
    paths: {},
    tags: [],
    components: { schemas: {}, responses: {} },
  });
  /** Some message of the channel is so, and has no member that is not described. */
  const assertDescribed = (channel: string, said: unknown): void => {
    const messages = Object.keys(document.channels[channel]?.messages ?? {});
    const checks = messages.map((name) => compile(closed(document.components.messages[name]!.payload)));
    assert.ok(
      checks.some((check) => check(said)),
      `${channel}: ${JSON.stringify(said)}: ${JSON.stringify(checks.map((check) => check.errors))}`,
    );
  };

  const redisUrl = await sharedRedisUrl();
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-redis-side-'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rmSync(directory, { recursive: true }));
  const connect = () => opened.adopt(new Redis(redisUrl), async (redis) => void (await redis.quit()));
  const [redis, subscriber] = [connect(), connect()];
  const heard: [channel: string, text: string][] = [];
  subscriber.on('message', (channel, text) => heard.push([channel, text]));
  await subscriber.subscribe(names.channel, names.changes);
  const heardOn = (name: string): readonly string[] =>
    heard.filter(([channel]) => channel === name).map(([, text]) => text);

  const notifier = createTaskStatusNotifier({
    redisUrl,
    names,
    workerContainer: 'worker-1',
    outboxPath: path.join(directory, 'outbox.sqlite'),
  });
  await notifier.start();
  opened.defer(() => notifier.stop());
  await notifier.run({ task_request_id: 'described', task_name: 'tasks.test' }, async ({ report }) => {
    report(0.5);
    return { answer: 42 };
  });
  const entries = await waitUntil(
    async () => {
      const added = await redis.xrange(names.stream, '-', '+');
      return added.flatMap(([, fields]) => eventsOfEntry(fields)).length >= 2 && added;
    },
    { what: 'events in the stream' },
  );
  for (const [, fields] of entries) {
    assert.deepEqual(fields.filter((_, index) => index % 2 === 0).slice(0, 4), Object.values(STREAM_FIELDS));
    for (const { event, ...beside } of eventsOfEntry(fields)) {
      const said = JSON.parse(event);
      assertDescribed('events', said);
      const { event_id, publisher_id, sequence } = said;
      assert.deepEqual(beside, { event_id, publisher_id, sequence });
    }
  }

  await using _ = await startListener({ redisUrl, names, databaseUrl: await freshDatabaseUrl() });
  await waitUntil(async () => (await redis.hlen(names.acks)) === 1, {
    what: 'an acknowledgement',
    timeoutMs: 20_000,
  });
  await waitUntil(async () => (await redis.hlen(names.heartbeats)) === 1, {
    what: 'a heartbeat',
    timeoutMs: 20_000,
  });
  await waitUntil(() => heardOn(names.changes).length > 0, { what: 'an announcement', timeoutMs: 20_000 });
  for (const [channel, texts] of [
    ['eventCopies', heardOn(names.channel)],
    ['acknowledgements', await redis.hvals(names.acks)],
    ['heartbeats', await redis.hvals(names.heartbeats)],
    ['changes', heardOn(names.changes)],
  ] as const) {
    assert.ok(texts.length > 0, channel);
    for (const text of texts) assertDescribed(channel, JSON.parse(text));
  }

  await createTaskQueue({
    connectionTo: () => redis,
    queue: names.prefix.replaceAll(':', '-'),
    names,
    secrets: createSecretParams([]),
  }).askToCancel('described');
  const wished = await redis.zrange(cancelRequestsKey(names), '0', '-1');
  assert.deepEqual(wished, ['described']);
  for (const id of wished) assertDescribed('cancelRequests', id);
});
