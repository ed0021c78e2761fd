import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { openPostgres } from '@taskwire/listener';
import { createTaskStatusNotifier } from '@taskwire/notifier';
import { createEventIdSource, readSettings, redisNames, STREAM_FIELDS } from '@taskwire/protocol';
import {
  freshDatabaseUrl,
  isolatedRedisNames,
  type OtlpReceiver,
  sharedRedisUrl,
  startOtlpReceiver,
  startProcess,
  waitUntil,
} from '@taskwire/test-harness';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const MAIN = new URL('../../packages/taskwire/src/main.ts', import.meta.url);

/** A worker with OpenTelemetry in this process, a standalone listener, and what collects the listener's spans. */
async function prepare(t: TestContext) {
  const stack = new AsyncDisposableStack();
  t.after(() => stack.disposeAsync());
  const directory = mkdtempSync(path.join(tmpdir(), 'taskwire-traces-'));
  stack.defer(() => rmSync(directory, { recursive: true }));
  const receiver = stack.use(await startOtlpReceiver());
  const [redisUrl, databaseUrl] = [await sharedRedisUrl(), await freshDatabaseUrl()];
  const { prefix } = isolatedRedisNames();
  const env = {
    REDIS_URL: redisUrl,
    DATABASE_URL: databaseUrl,
    TASKWIRE_KEY_PREFIX: prefix,
    TASK_STATUS_REDIS_CHANNEL: `${prefix}channel`,
    TASK_STATUS_QUEUE_NAME: `${prefix}queue`,
    LOG_LEVEL: 'debug',
    PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '10',
  };
  const names = redisNames(readSettings(env));
  const listener = stack.use(await startProcess(MAIN, { arguments: ['listener'], env }));
  await listener.waitForLine(/listener answers for its health/);

  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  stack.defer(() => {
    trace.disable();
    context.disable();
  });
  const notifier = stack.use(
    createTaskStatusNotifier({
      redisUrl,
      names,
      workerContainer: 'worker-1',
      outboxPath: path.join(directory, 'outbox.sqlite'),
      stopTimeoutMs: 100,
    }),
  );
  await notifier.start();
  const database = openPostgres({ url: databaseUrl });
  stack.defer(() => database.close());
  return { stack, receiver, redisUrl, names, prefix, listener, exporter, notifier, database };
}

const deliveriesOf = (receiver: OtlpReceiver, taskRequestId: string) =>
  receiver.spans.filter(
    ({ name, attributes }) =>
      name.startsWith('deliver ') && attributes['taskwire.task_request_id'] === taskRequestId,
  );

test("a task's status goes from the worker's own span through publish and delivery to the commit, in one trace", async (t) => {
  const { receiver, exporter, notifier, listener } = await prepare(t);
  await trace.getTracer('worker').startActiveSpan('the job', async (job) => {
    await notifier.run({ task_request_id: 'traced' }, async () => 42);
    job.end();
  });
  notifier.publish({ task_request_id: 'untraced', status: 'RUNNING' });
  assert.ok(await notifier.flush({ timeoutMs: 20_000 }), 'committed and acknowledged');
  await waitUntil(() => deliveriesOf(receiver, 'traced').length === 2, { what: 'two deliveries' });

  const worker = exporter.getFinishedSpans();
  const job = worker.find(({ name }) => name === 'the job')?.spanContext();
  const publishes = worker.filter(({ name }) => name.startsWith('publish '));
  assert.deepEqual(
    publishes.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId]),
    [
      ['publish RUNNING', job?.spanId],
      ['publish SUCCESS', job?.spanId],
    ],
  );
  for (const publish of publishes) {
    const deliver = receiver.spans.find(({ parentSpanId }) => parentSpanId === publish.spanContext().spanId);
    assert.equal(deliver?.name, publish.name.replace('publish', 'deliver'));
    assert.equal(deliver.traceId, job?.traceId);
    assert.equal(deliver.service, 'taskwire-listener');
    assert.equal(deliver.attributes['taskwire.outcome'], 'inserted');
    assert.ok(BigInt(deliver.startTimeUnixNano) <= BigInt(deliver.endTimeUnixNano));
    const commit = receiver.spans.find(({ parentSpanId }) => parentSpanId === deliver.spanId);
    assert.deepEqual([commit?.name, commit?.traceId], ['commit', job?.traceId]);
    const batch = receiver.spans.find(({ spanId }) => spanId === commit?.links[0]?.spanId);
    assert.equal(batch?.name, 'commit batch');
    assert.ok(batch.links.some(({ spanId }) => spanId === deliver.spanId));
    await listener.waitForLine(new RegExp(`"trace_id":"${job?.traceId}".*An event is committed`));
  }
  assert.deepEqual(deliveriesOf(receiver, 'untraced'), []);
});

test('a job goes on with the trace that it was added in', async (t) => {
  const { stack, receiver, redisUrl, prefix, notifier } = await prepare(t);
  const queueName = prefix.replaceAll(':', '-');
  const queue = new Queue(queueName, { connection: { url: redisUrl } });
  stack.defer(async () => {
    await queue.obliterate({ force: true });
    await queue.close();
  });
  const traceId = 'a'.repeat(32);
  const metadata = JSON.stringify({ traceparent: `00-${traceId}-${'b'.repeat(16)}-01` });
  const handed: (string | null)[] = [];
  const worker = new Worker(
    queueName,
    notifier.processor(async (_job, { traceparent }) => {
      handed.push(traceparent);
    }),
    { connection: { url: redisUrl } },
  );
  stack.defer(() => worker.close());
  await queue.add('tasks.test', {}, { jobId: 'job-1', telemetry: { metadata } });
  await waitUntil(() => deliveriesOf(receiver, 'job-1').length === 2, { what: 'RUNNING and SUCCESS' });
  assert.deepEqual(
    deliveriesOf(receiver, 'job-1').map((span) => span.traceId),
    [traceId, traceId],
  );
  assert.deepEqual(handed, [`00-${traceId}-${'b'.repeat(16)}-01`]);
});

test('an event whose traceparent is none counts all the same, and a receiver that is away holds nothing up', async (t) => {
  const { stack, receiver, redisUrl, names, notifier, database } = await prepare(t);
  receiver.answer(503);
  notifier.publish({ task_request_id: 'ours', status: 'RUNNING', traceparent: 'nonsense' });
  assert.ok(await notifier.flush({ timeoutMs: 20_000 }), 'committed and acknowledged');
  const redis = new Redis(redisUrl);
  stack.defer(() => redis.disconnect());
  const newEventId = createEventIdSource({ now: Date.now, random: randomBytes });
  // As somebody's own producer might write it.
  const foreign = {
    schema_version: 1,
    event_id: newEventId(),
    publisher_id: 'foreign',
    sequence: 1,
    task_request_id: 'foreign',
    status: 'RUNNING',
    timestamp: new Date().toISOString(),
    attempt: 1,
    worker_container: 'worker-2',
    data: {},
    traceparent: { not: 'a text' },
  };
  await redis.xadd(names.stream, '*', STREAM_FIELDS.event, JSON.stringify(foreign));
  const tasks = async () =>
    database.query<{ readonly id: string }>({
      name: '',
      sql: 'SELECT task_request_id AS id FROM task_requests ORDER BY 1',
    });
  await waitUntil(async () => (await tasks()).length === 2, { what: 'both tasks' });
  assert.deepEqual(await tasks(), [{ id: 'foreign' }, { id: 'ours' }]);
  assert.deepEqual(await database.query({ name: '', sql: 'SELECT id FROM dead_letters' }), []);
});
