import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Logger, silentLogger } from '@taskwire/protocol';
import { startOtlpReceiver, waitUntil } from '@taskwire/test-harness';
import type { OtlpTarget } from './otlp-target.ts';
import type { Span } from './span.ts';
import { createSpanQueue, type SpanQueueOptions } from './span-queue.ts';

const span = (name: string): Span => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  name,
  kind: 'internal',
  startMs: 1_760_000_000_000.25,
  endMs: 1_760_000_000_001,
  attributes: { text: 'words', number: 7 },
  links: [],
});

function queueTo(url: string, wish: Partial<SpanQueueOptions> = {}, target: Partial<OtlpTarget> = {}) {
  return createSpanQueue({
    target: {
      url: new URL('/v1/traces', url),
      headers: {},
      gzip: false,
      timeoutMs: 2_000,
      ca: undefined,
      resource: { 'service.name': 'test' },
      ...target,
    },
    delayMs: 1,
    spansMax: 2_048,
    logger: silentLogger,
    random: () => 0,
    ...wish,
  });
}

test('spans arrive, with headers and packed where that is wished', async () => {
  await using receiver = await startOtlpReceiver();
  const queue = queueTo(receiver.url, {}, { gzip: true, headers: { 'x-team': 'one' } });
  queue.add([span('a'), span('b')], 0);
  await waitUntil(() => receiver.spans.length === 2, { what: 'both spans' });
  const [first] = receiver.spans;
  assert.deepEqual([first?.name, first?.service, first?.kind], ['a', 'test', 1]);
  assert.deepEqual(first?.attributes, { text: 'words', number: '7' });
  assert.equal(first?.startTimeUnixNano, '1760000000000250000');
  assert.equal(receiver.requests[0]?.path, '/v1/traces');
  assert.equal(receiver.requests[0]?.headers['x-team'], 'one');
  await queue.stop();
});

test('what fills a request is sent without waiting', async () => {
  await using receiver = await startOtlpReceiver();
  const queue = queueTo(receiver.url, { delayMs: 3_600_000 });
  queue.add([span('first')], 0);
  queue.add(
    Array.from({ length: 600 }, () => span('more')),
    0,
  );
  await waitUntil(() => receiver.spans.length === 512, { what: 'a full request' });
  await queue.stop();
  assert.equal(receiver.spans.length, 601);
});

test('what waits is sent at the stop', async () => {
  await using receiver = await startOtlpReceiver();
  const queue = queueTo(receiver.url, { delayMs: 3_600_000 });
  queue.add(
    Array.from({ length: 3 }, (_, index) => span(String(index))),
    0,
  );
  await queue.stop();
  assert.equal(receiver.spans.length, 3);
});

test('a receiver that is overloaded gets the same spans again, one that refuses them does not', async () => {
  await using receiver = await startOtlpReceiver();
  const queue = queueTo(receiver.url);
  receiver.answer(503);
  queue.add([span('again')], 0);
  await waitUntil(() => receiver.requests.length === 1, { what: 'the first request' });
  receiver.answer(200);
  await waitUntil(() => receiver.spans.length === 1, { what: 'the span, sent again' });
  receiver.answer(400);
  queue.add([span('refused')], 0);
  await waitUntil(() => receiver.requests.length === 3, { what: 'the refused request' });
  receiver.answer(200);
  queue.add([span('next')], 0);
  await waitUntil(() => receiver.spans.length === 2, { what: 'the next span' });
  assert.deepEqual(
    receiver.spans.map(({ name }) => name),
    ['again', 'next'],
  );
  await queue.stop();
});

test('the queue is bounded, and where nobody listens that is said once and the stop does not wait', async () => {
  const said: object[] = [];
  const logger: Logger = { ...silentLogger, warn: (fields) => said.push(fields) };
  const queue = queueTo('http://127.0.0.1:9', { spansMax: 10, logger });
  queue.add(
    Array.from({ length: 25 }, () => span('x')),
    5,
  );
  assert.equal(queue.room, 0);
  await waitUntil(() => said.length > 0, { what: 'a line in the log' });
  await queue.stop();
  assert.deepEqual(
    said.map((fields) => ({ ...fields, problem: '' })),
    [{ problem: '', waiting: 10, dropped: 20 }],
  );
});
