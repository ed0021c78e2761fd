import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { cpuMs } from '../test/cpu-time.ts';
import { decodeEvent, FUTURE_MS_MAX } from './decode.ts';

const NOW_MS = Date.UTC(2026, 0, 1, 12);
const options = { nowMs: NOW_MS, earliestMs: NOW_MS - 86_400_000, eventBytesMax: 16_777_216 };
const valid = {
  schema_version: 1,
  task_request_id: 'task-1',
  status: 'RUNNING',
  timestamp: '2026-01-01T10:00:00Z',
  data: {},
  worker_container: 'worker-1',
  event_id: '019b78ff-f900-7000-8000-000000000001',
  publisher_id: 'p',
  sequence: 1,
  attempt: 1,
};
const decode = (fields: object) => decodeEvent(Buffer.from(JSON.stringify({ ...valid, ...fields })), options);

describe('whatever the bytes are, decoding ends with an event or a reason', () => {
  it('for random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        assert.equal(decodeEvent(bytes, options).ok, false),
      ),
    );
  });

  it('for random JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => assert.equal(decodeEvent(Buffer.from(text), options).ok, false)),
    );
  });

  it('for an event with any one member replaced by anything', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(valid)), fc.jsonValue(), (field, value) => {
        const decoded = decode({ [field]: value });
        if (!decoded.ok) assert.ok(decoded.detail.length > 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('for an event with any one byte changed', () => {
    const bytes = Buffer.from(JSON.stringify(valid));
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const changed = Buffer.from(bytes);
        changed[at] = byte;
        decodeEvent(changed, options);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('data comes out as it went in', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (data) => {
      const text = JSON.stringify(data);
      fc.pre(!/\\u(0000|d[89a-f])/.test(text));
      const decoded = decode({ data });
      assert.ok(decoded.ok, decoded.ok ? '' : decoded.detail);
      assert.equal(decoded.event.data.json, text);
    }),
  );
});

test('time grows with the size and no faster', () => {
  const hostile = ['"', '\\"', '\\u0000', '\\ud83d\\ude80', '1e999,', 'NaN,', '[', '{"a":', '9', '{},', ' '];
  for (const piece of hostile) {
    const inner = piece.repeat(Math.floor(1_000_000 / piece.length));
    const texts = [
      inner,
      `{"data":"${inner}"}`,
      `{"schema_version":1,"data":{"a":[${inner}1]}}`,
      `{"a":NaN,"b":"${inner}`,
    ];
    const taken = cpuMs(() => {
      for (const text of texts) decodeEvent(Buffer.from(text), options);
    });
    assert.ok(taken < 3_000, piece);
  }
});

test('a refused event still says which task it spoke of, where that can be read and shown', () => {
  const idOf = (fields: object) => {
    const decoded = decode(fields);
    assert.equal(decoded.ok, false);
    return decoded.ok ? undefined : decoded.task_request_id;
  };
  assert.equal(idOf({ status: 'DONE' }), 'task-1');
  assert.equal(idOf({ schema_version: 7 }), 'task-1');
  assert.equal(idOf({ data: { a: '\0' } }), 'task-1');
  assert.equal(idOf({ task_request_id: 'a\nb' }), null);
  assert.equal(idOf({ task_request_id: 7 }), null);
  assert.equal(idOf({ task_request_id: 'x'.repeat(256) }), null);
});

test('the history begins and ends where the options say, to the millisecond', () => {
  const idAt = (ms: number) => {
    const time = ms.toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000001`;
  };
  assert.ok(decode({ event_id: idAt(options.earliestMs) }).ok);
  assert.equal(decode({ event_id: idAt(options.earliestMs - 1) }).ok, false);
  assert.ok(decode({ event_id: idAt(NOW_MS + FUTURE_MS_MAX) }).ok);
  assert.equal(decode({ event_id: idAt(NOW_MS + FUTURE_MS_MAX + 1) }).ok, false);
});

test('no input reaches the prototypes that all objects share', () => {
  decode({ data: JSON.parse('{"__proto__":{"polluted":1},"n":9007199254740993}') });
  decodeEvent(
    Buffer.from('{"__proto__":{"polluted":NaN},"constructor":{"prototype":{"polluted":1}}}'),
    options,
  );
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('what is no JSON is refused without a word of what it says', () => {
  const whole = '{"password":"hunter2","b":1}';
  for (let at = 0; at <= whole.length; at++) {
    for (const wrong of ['x', '"', ',', '}', '\u0001', '']) {
      const text = `${whole.slice(0, at)}${wrong}${whole.slice(at + 1)}`;
      const decoded = decodeEvent(Buffer.from(text), options);
      if (decoded.ok || decoded.reason !== 'not_json') continue;
      assert.doesNotMatch(decoded.detail, /passw|unter|\n/, text);
    }
  }
});
