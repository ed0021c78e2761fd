import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { decodeEvent, TASK_STATUSES, type TaskEvent } from '@taskwire/protocol';
import fc from 'fast-check';
import { inOneBlock, LIMITS, NOW_MS, usualEvents } from '../../test/usual-events.ts';
import type { StreamEvents } from '../intake/stream-events.ts';
import { createBatchEncoder, type EncodedBatch } from './batch-encoder.ts';
import { prepareBatch } from './batch-parameters.ts';
import { binaryParameters } from './binary-array.ts';
import type { Language } from './log-message.ts';

const encoders = { en: createBatchEncoder('en'), zh: createBatchEncoder('zh') };
const PARAMETERS = 34;
/** Those that hold JSON: data, result and runs. Numbers and texts may be written in other ways there. */
const OF_JSON = [7, 22, 32];

type Element = string | null;

/** Each parameter: its type and its elements, as hexadecimal. */
function readParameters(encoded: EncodedBatch): readonly (readonly Element[])[] {
  const { bytes, count } = encoded.parameters;
  let at = 0;
  const arrays = Array.from({ length: count }, () => {
    const length = bytes.readInt32BE(at);
    at += 4 + length;
    return readArray(bytes.subarray(at - length, at));
  });
  assert.equal(at, bytes.length);
  return arrays;
}

function readArray(bytes: Buffer): readonly Element[] {
  const [dimensions, , type] = [bytes.readInt32BE(0), bytes.readInt32BE(4), bytes.readInt32BE(8)];
  const elements: Element[] = [`type ${type}`];
  let at = dimensions === 0 ? 12 : 20;
  for (let left = dimensions === 0 ? 0 : bytes.readInt32BE(12); left > 0; left--) {
    const length = bytes.readInt32BE(at);
    at += 4 + Math.max(0, length);
    elements.push(length === -1 ? null : bytes.toString('hex', at - length, at));
  }
  assert.equal(at, bytes.length);
  return elements;
}

/** What the long way makes of the same events; null where it would not take them all. */
function reference(events: StreamEvents, language: Language) {
  const decoded: TaskEvent[] = [];
  for (const { bytes, from, to } of events.toDeliveries()) {
    const each = decodeEvent(bytes, LIMITS, from, to);
    if (!each.ok) return null;
    decoded.push(each.event);
  }
  const items = decoded.map((event) => ({ event, lane: 'stream' as const, payload: '' }));
  const prepared = prepareBatch({ events: items, deadLetters: [] }, language);
  const { values } = binaryParameters(prepared.parameters);
  return {
    prepared,
    arrays: values.slice(0, PARAMETERS).map((value) => readArray(value as Buffer)),
  };
}

/** As PostgreSQL has it, for which -0 is 0. */
function sameJson(element: Element): unknown {
  if (element === null || element.startsWith('type')) return element;
  const text = Buffer.from(element, 'hex').toString();
  return JSON.parse(text, (_, value: unknown) => (value === 0 ? 0 : value));
}

/** Where it is encoded, it is what the long way makes of it. @returns whether it was */
function assertAgrees(payloads: readonly (Buffer | string)[], language: Language = 'en'): boolean {
  const events = inOneBlock(payloads);
  const encoded = encoders[language].encode(events, LIMITS);
  if (encoded === null) return false;
  const expected = reference(events, language);
  assert.ok(expected !== null, 'what the long way refuses was encoded');
  const { prepared, arrays } = expected;
  assert.equal(prepared.events.length, encoded.events);
  for (const [index, array] of readParameters(encoded).entries()) {
    if (OF_JSON.includes(index)) assert.deepEqual(array.map(sameJson), arrays[index]?.map(sameJson));
    else assert.deepEqual(array, arrays[index], `parameter ${index + 1}`);
  }
  assert.deepEqual(encoded.publishers, prepared.publishers);
  assert.deepEqual(
    encoded.eventIds.toArray(),
    prepared.events.map(({ event }) => event.event_id),
  );
  const { statuses, event_times_us, execution_times_s } = encoded.counted;
  const ofWorkers = prepared.events.map(({ event }) => event);
  assert.ok(ofWorkers.every(({ source }) => source === null));
  assert.deepEqual(
    Array.from(statuses, (status) => TASK_STATUSES[status]),
    ofWorkers.map(({ status }) => status),
  );
  assert.deepEqual(
    [...event_times_us],
    ofWorkers.map(({ event_time_us }) => event_time_us),
  );
  assert.deepEqual(
    [...execution_times_s],
    ofWorkers.map(({ data }) => data.execution_time ?? Number.NaN),
  );
  encoded.done();
  return true;
}

const one = {
  schema_version: 1,
  event_id: '019a53a1-2000-7000-8000-000000000001',
  task_request_id: 'task-1',
  status: 'SUCCESS',
  timestamp: '2026-11-05T12:00:00.000000Z',
  worker_container: 'worker-1',
  attempt: 1,
  publisher_id: 'p',
  sequence: 1,
  data: { result: 1 },
};
const idOfNow = `${NOW_MS.toString(16).padStart(12, '0').slice(0, 8)}-${NOW_MS.toString(16).padStart(12, '0').slice(8)}-7000-8000-000000000001`;
const valid = { ...one, event_id: idOfNow };
const isEncoded = (event: object | string): boolean =>
  assertAgrees([typeof event === 'string' ? event : JSON.stringify(event)]);

it('the module was compiled from the source that is here: npm run generate:encoder', () => {
  const assembly = new URL('../../assembly/', import.meta.url);
  const sources = readdirSync(assembly).sort();
  const print = hash(
    'sha256',
    sources.map((file) => readFileSync(new URL(file, assembly), 'utf8')).join(''),
    'hex',
  );
  assert.ok(readFileSync(new URL('./batch-encoder.wasm', import.meta.url)).includes(print));
});

describe('a batch of usual events', () => {
  it('is encoded as the long way would, to the byte but for how JSON is written', () => {
    let encoded = 0;
    fc.assert(
      fc.property(usualEvents, fc.constantFrom<Language>('en', 'zh'), (events, language) => {
        if (
          assertAgrees(
            events.map((event) => JSON.stringify(event)),
            language,
          )
        )
          encoded++;
      }),
      { numRuns: 1_500 },
    );
    // Others hold a number with an exponent, or a task with more attempts than a batch has.
    assert.ok(encoded > 1_000, `${encoded} of 1,500`);
  });

  it('is encoded whatever space is between its members, and in whatever order those are', () => {
    const { data, event_id, sequence, ...rest } = valid;
    assert.equal(isEncoded({ data, event_id, sequence, ...rest }), false, 'data before the status');
    assert.equal(isEncoded({ sequence, event_id, ...rest, data }), true);
    assert.equal(isEncoded(JSON.stringify(valid, null, 2)), true);
    assert.equal(isEncoded({ ...valid, signature: 'k:abc', other: [{ a: null }, -0.5] }), true);
  });

  it('is encoded up to the largest number and size that are taken, and not beyond', () => {
    const many = (count: number, bytes: number) =>
      Array.from({ length: count }, (_, index) =>
        JSON.stringify({
          ...valid,
          event_id: idOfNow.slice(0, -4) + index.toString(16).padStart(4, '0'),
          sequence: index + 1,
          data: { text: 'x'.repeat(bytes) },
        }),
      );
    assert.equal(assertAgrees(many(2_048, 10)), true);
    assert.equal(assertAgrees(many(2_049, 10)), false);
    assert.equal(assertAgrees(many(10, 100_000)), true, 'the memory of the module has grown');
    assert.equal(assertAgrees(many(11, 100_000)), false);
    assert.equal(assertAgrees(many(2, 10)), true);
  });
});

it('numbers that are rounded, or are nothing below zero, are those of the long way', () => {
  const running = { ...valid, status: 'RUNNING', data: {} };
  for (const progress of [0.004999999999999999, 0.005, 0.4999, 0.995, 0, 1])
    assert.equal(isEncoded({ ...running, progress }), true, String(progress));
  for (const seconds of ['-0', '-0.0', '0', '-1', '0.5', '"1"', 'null'])
    assert.equal(isEncoded(JSON.stringify(valid).replace('"result":1', `"execution_time":${seconds}`)), true);
});

it('numbers with an exponent are usual where JavaScript would write their digits, whoever wrote them', () => {
  for (const number of [
    '1e3',
    '5e-05',
    '5e-5',
    '5.123456789012345e-05',
    '-1.5E+20',
    '1e-07',
    '2.5e22',
    '0e0',
  ])
    assert.equal(isEncoded(JSON.stringify(valid).replace('"result":1', `"result":${number}`)), true, number);
});

it('the last moment of 2254 is usual, and the next one is not', () => {
  const limits = { ...LIMITS, nowMs: Date.UTC(2254, 11, 31, 12) };
  const isUsual = (timestamp: string) => {
    const events = inOneBlock([JSON.stringify({ ...valid, timestamp })]);
    return encoders.en.encode(events, limits) !== null;
  };
  assert.equal(isUsual('2254-12-31T23:59:59.999999Z'), true);
  for (const later of ['2254-12-31T23:59:60.000000Z', '2255-01-01T00:00:00.000000Z']) {
    assert.equal(isUsual(later), false);
    assert.equal(decodeEvent(Buffer.from(JSON.stringify({ ...valid, timestamp: later })), limits).ok, false);
  }
});

it('the memory of a batch is used again once, however often it is given back', () => {
  const encode = () => encoders.en.encode(inOneBlock([JSON.stringify(valid)]), LIMITS) ?? assert.fail();
  const given = encode();
  given.done();
  given.done();
  assert.notEqual(encode().parameters.bytes.buffer, encode().parameters.bytes.buffer);
});

describe('what is not usual', () => {
  it('is left to the long way, and so is a batch with any of it', () => {
    const others: readonly (object | string)[] = [
      '',
      '{}',
      '[]',
      'null',
      JSON.stringify(valid).slice(0, -1),
      `${JSON.stringify(valid)}x`,
      `\ufeff${JSON.stringify(valid)}`,
      JSON.stringify(valid).replace('"attempt":1', '"attempt":01'),
      JSON.stringify(valid).replace('"attempt":1', '"attempt":1.0'),
      JSON.stringify(valid).replace('"attempt":1', '"attempt":1,"attempt":2'),
      JSON.stringify(valid).replace('"result":1', '"result":1,"result":2'),
      JSON.stringify(valid).replace('"result":1', '"result":1.0e3'),
      JSON.stringify(valid).replace('"result":1', '"result":1e'),
      JSON.stringify(valid).replace('"result":1', '"result":1e-400'),
      JSON.stringify(valid).replace('"result":1', '"result":1e400'),
      JSON.stringify(valid).replace('"result":1', '"result":5.1234567890123456789e-05'),
      JSON.stringify(valid).replace('"result":1', '"result":12345678901234567890'),
      JSON.stringify(valid).replace('"result":1', '"result":0.1000000000000000055'),
      JSON.stringify(valid).replace('"result":1', '"result":NaN'),
      JSON.stringify(valid).replace('"result":1', '"result":"\\u0000"'),
      JSON.stringify(valid).replace('"result":1', '"result":"\\ud800"'),
      JSON.stringify(valid).replace('"result":1', `"result":${'['.repeat(70)}${']'.repeat(70)}`),
      { ...valid, schema_version: 2 },
      { ...valid, schema_version: 0 },
      { ...valid, source: 'reconciler' },
      { ...valid, task_request_id: '' },
      { ...valid, task_request_id: 'x'.repeat(256) },
      { ...valid, task_request_id: 'a\u007f' },
      { ...valid, task_request_id: 'ü' },
      { ...valid, status: 'RUNNINX' },
      { ...valid, sequence: 0 },
      { ...valid, sequence: 2 ** 53 },
      { ...valid, progress: 1.5 },
      { ...valid, data: [] },
      { ...valid, timestamp: '2026-11-05T12:00:00Z' },
      { ...valid, timestamp: '2026-02-30T12:00:00.000000Z' },
      { ...valid, timestamp: '2026-11-09T12:00:00.000000Z' },
      { ...valid, event_id: idOfNow.toUpperCase() },
      { ...valid, event_id: idOfNow.replace('-7', '-4') },
      { ...valid, event_id: '019b78ff-f900-7000-8000-000000000001' },
      { ...valid, event_id: '000b78ff-f900-7000-8000-000000000001' },
      { ...valid, traceparent: 'none' },
      { ...valid, status: 'FAILURE', data: { error: { code: 1 } } },
    ];
    for (const other of others) {
      assert.equal(isEncoded(other), false, JSON.stringify(other).slice(0, 300));
      const text = typeof other === 'string' ? other : JSON.stringify(other);
      assert.equal(assertAgrees([JSON.stringify({ ...valid, sequence: 9 }), text]), false);
    }
    assert.equal(isEncoded(valid), true);
  });

  it('are two events with the same event_id, or the same sequence', () => {
    const text = JSON.stringify(valid);
    assert.equal(assertAgrees([text, text]), false);
    const other = { ...valid, event_id: idOfNow.replace(/1$/, '2') };
    assert.equal(assertAgrees([text, JSON.stringify(other)]), false);
    assert.equal(assertAgrees([text, JSON.stringify({ ...other, sequence: 2 })]), true);
  });

  it('is never taken for something else, whatever byte is changed, left out or put in', () => {
    const change = fc.record({
      at: fc.nat(),
      byte: fc.nat({ max: 255 }),
      remove: fc.nat({ max: 2 }),
      insert: fc.boolean(),
    });
    fc.assert(
      fc.property(usualEvents, fc.array(change, { minLength: 1, maxLength: 2 }), (events, changes) => {
        const payloads = events.slice(0, 3).map((event) => Buffer.from(JSON.stringify(event)));
        for (const { at, byte, remove, insert } of changes) {
          const which = at % payloads.length;
          const payload = payloads[which] as Buffer;
          const place = at % payload.length;
          payloads[which] = Buffer.concat([
            payload.subarray(0, place),
            Buffer.from(insert ? [byte] : []),
            payload.subarray(place + remove),
          ]);
        }
        assertAgrees(payloads);
      }),
      { numRuns: 4_000 },
    );
  });

  it('is never taken for something else, whatever JSON stands in the place of a member', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(valid), 'traceparent', 'progress', 'source'),
        fc.json(),
        (member, json) => {
          const rest = Object.entries(valid).filter(([name]) => name !== member);
          const members = rest.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
          assertAgrees([`{${[...members, `${JSON.stringify(member)}:${json}`].join(',')}}`]);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
