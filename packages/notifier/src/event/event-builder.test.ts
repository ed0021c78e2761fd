import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  createEventIdSource,
  decodeEvent,
  TASK_STATUSES,
  type TaskEvent,
  TaskwireError,
} from '@taskwire/protocol';
import fc from 'fast-check';
import { type EventBuilderOptions, prepareEvent } from './event-builder.ts';
import type { EventInput } from './event-input.ts';

const now = 1_760_000_000_000.25;
const options: EventBuilderOptions = {
  workerContainer: '"worker-1"',
  eventBytesMax: 1_048_576,
  clock: () => now,
  newEventId: createEventIdSource({ now: () => now, random: randomBytes }),
};

function payloadOf(
  input: EventInput,
  changed: Partial<EventBuilderOptions> = {},
  traceparent: string | null = null,
): string {
  const prepared = prepareEvent(input, { ...options, ...changed }, traceparent);
  if (prepared instanceof TaskwireError) throw prepared;
  return prepared.build('publisher', 7).payload;
}

function decode(payload: string) {
  const decoded = decodeEvent(Buffer.from(payload), { nowMs: now, earliestMs: 0, eventBytesMax: 1_048_576 });
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.detail);
  return decoded.event;
}

const dataIn = (event: TaskEvent) => JSON.parse(event.data.json);

const running = { task_request_id: 't', status: 'RUNNING' } as const;
const dataOf = (data: object): unknown => dataIn(decode(payloadOf({ ...running, data })));

test('every event that is taken is one that a listener takes, whatever its data is', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  fc.assert(
    fc.property(
      fc.record({
        task_request_id: fc.string({ unit: 'binary', maxLength: 300 }),
        status: fc.constantFrom(...TASK_STATUSES),
        data: fc.dictionary(fc.string({ unit: 'binary' }), anything),
        task_name: fc.option(fc.string({ unit: 'binary', maxLength: 300 }), { nil: undefined }),
        attempt: fc.option(fc.oneof(fc.integer(), fc.double()), { nil: undefined }),
        progress: fc.option(fc.double(), { nil: undefined }),
      }),
      (input) => {
        const prepared = prepareEvent(input as EventInput, options);
        if (prepared instanceof TaskwireError) assert.equal(prepared.code, 'event_invalid');
        else {
          const event = decode(prepared.build('publisher', 1).payload);
          const { task_request_id, status, task_name = null, attempt = 1, progress = null } = input;
          const said = [event.task_request_id, event.status, event.task_name, event.attempt, event.progress];
          // JSON knows no -0.
          const numbers = [attempt, progress].map((value) => (value === null ? null : value + 0));
          assert.deepEqual(said, [task_request_id, status, task_name, ...numbers]);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test('what a task says is read once, so that it is what was checked', () => {
  const reads = new Map<string | symbol, number>();
  const said = {
    ...running,
    task_name: 'n',
    attempt: 1,
    progress: 0.5,
    data: {},
    timestamp: '2025-10-09T08:53:20Z',
  };
  const input = new Proxy(said, {
    get: (target, member) => {
      reads.set(member, (reads.get(member) ?? 0) + 1);
      return Reflect.get(target, member);
    },
  });
  decode(payloadOf(input));
  assert.deepEqual(reads, new Map(Object.keys(said).map((member) => [member, 1])));
});

test('an event carries its place, its time in microseconds and everything that was said', () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const event = decode(
    payloadOf({ ...running, task_name: 'n', attempt: 3, progress: 0.5, data: { a: 1 } }, {}, traceparent),
  );
  assert.equal(event.publisher_id, 'publisher');
  assert.equal(event.sequence, 7);
  assert.equal(event.event_time_us, now * 1000);
  assert.deepEqual(
    [
      event.task_name,
      event.attempt,
      event.progress,
      event.traceparent,
      event.worker_container,
      dataIn(event),
    ],
    ['n', 3, 0.5, traceparent, 'worker-1', { a: 1 }],
  );
});

test('what JSON cannot hold is replaced', () => {
  assert.deepEqual(
    dataOf({
      nan: Number.NaN,
      infinite: -Infinity,
      small: 5n,
      large: 2n ** 70n,
      f: () => 1,
      s: Symbol('s'),
      u: undefined,
    }),
    { nan: null, infinite: null, small: 5, large: String(2n ** 70n) },
  );
  assert.deepEqual(dataOf({ nul: 'a\u0000b', lone: '\ud800x', 'k\u0000': 1 }), {
    nul: 'a\ufffdb',
    lone: '\ufffdx',
    'k\ufffd': 1,
  });
});

test('circles, throwing members, hostile objects and bottomless depth do no harm', () => {
  const circle: Record<string, unknown> = { name: 'circle' };
  circle.self = circle;
  assert.deepEqual(dataOf(circle), { name: 'circle', self: '[circular]' });
  const throwing = Object.defineProperty({ a: 1 }, 'b', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  assert.deepEqual(dataOf(throwing), { a: 1, b: '[unreadable: no]' });
  const refusing = {
    toJSON() {
      throw new Error('never');
    },
  };
  assert.deepEqual(dataOf({ refusing }), { refusing: '[unreadable: never]' });
  const hostile = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error('trap');
      },
    },
  );
  assert.deepEqual(dataOf({ hostile }), { hostile: '[unreadable: trap]' });
  let deep: object = {};
  for (let i = 0; i < 100_000; i++) deep = { deep };
  assert.ok(JSON.stringify(dataOf(deep)).includes('[nested too deep]'));
  const endless = {
    get next() {
      return {
        get next() {
          return endless.next;
        },
      };
    },
  };
  assert.ok(JSON.stringify(dataOf({ endless })).includes('[nested too deep]'));
});

test('the same object twice is no circle', () => {
  const shared = { a: 1n };
  assert.deepEqual(dataOf({ x: shared, y: shared }), { x: { a: 1 }, y: { a: 1 } });
});

test('a wrong field is named, with its value, and nothing is thrown', () => {
  const cases: [unknown, RegExp][] = [
    [null, /^event: /],
    [{ ...running, task_request_id: '' }, /^task_request_id: .*got ""/],
    [{ ...running, task_request_id: 'a\nb' }, /^task_request_id: /],
    [{ ...running, task_request_id: 'x'.repeat(256) }, /^task_request_id: /],
    [{ ...running, task_request_id: 5 }, /^task_request_id: .*got 5/],
    [{ ...running, status: 'running' }, /^status: expected one of PENDING.*got "running"/],
    [{ ...running, task_name: '' }, /^task_name: /],
    [{ ...running, attempt: -1 }, /^attempt: .*got -1/],
    [{ ...running, attempt: 1.5 }, /^attempt: /],
    [{ ...running, progress: Number.NaN }, /^progress: .*got NaN/],
    [{ ...running, progress: 1.01 }, /^progress: /],
    [{ ...running, status: 'SUCCESS', progress: 1 }, /^progress: /],
    [{ ...running, data: [1] }, /^data: expected an object, got an array/],
    [{ ...running, data: 'x' }, /^data: /],
    [{ ...running, timestamp: 'yesterday' }, /^timestamp: .*got "yesterday"/],
  ];
  for (const [input, words] of cases) {
    const problem = prepareEvent(input as EventInput, options);
    assert.ok(problem instanceof TaskwireError);
    assert.equal(problem.code, 'event_invalid');
    assert.match(problem.message, words);
  }
});

test('an event that is too large keeps its status, and says what was cut', () => {
  for (const result of [
    'ü"\u0001'.repeat(50_000),
    { rows: Array.from({ length: 20_000 }, (_, row) => ({ row })) },
  ]) {
    const payload = payloadOf(
      { ...running, status: 'SUCCESS', data: { result, execution_time: 1.5 } },
      { eventBytesMax: 10_000 },
    );
    assert.ok(Buffer.byteLength(payload) <= 10_000);
    assert.ok(Buffer.byteLength(payload) > 5_000, 'as much as fits is kept');
    const event = decode(payload);
    assert.equal(event.status, 'SUCCESS');
    assert.equal(event.data.execution_time, 1.5);
    assert.deepEqual(dataIn(event).truncated, {
      field: 'result',
      bytes: Buffer.byteLength(JSON.stringify(result)),
    });
  }
});

test('where cutting one field is not enough, the status goes out alone', () => {
  const data = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, 'x'.repeat(100)]));
  const event = decode(payloadOf({ ...running, data }, { eventBytesMax: 1_024 }));
  assert.deepEqual(Object.keys(dataIn(event)), ['truncated']);
});
