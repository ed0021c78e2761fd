import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { type Decoded, decodeEvent } from '../src/decode.ts';
import { cpuMs } from './cpu-time.ts';
import { eventVectors, vectorOptions } from './vectors.ts';

const options = vectorOptions();
const vectors = eventVectors();

/** Far above what any vector needs, far below what anything worse than linear takes. */
const DECODE_CPU_MS_MAX = 1_500;

for (const group of new Set(vectors.map((vector) => vector.group))) {
  describe(`golden vectors: ${group}`, () => {
    for (const vector of vectors.filter((candidate) => candidate.group === group)) {
      it(`${vector.name}: ${vector.description}`, () => {
        const decoded = decodeEvent(vector.payload, options);
        if (!vector.expect.ok) {
          assert.equal(decoded.ok ? 'accepted' : decoded.reason, vector.expect.reason);
          assertReadable(decoded);
          return;
        }
        assert.ok(decoded.ok, decoded.ok ? '' : `${decoded.reason}: ${decoded.detail}`);
        const { json } = decoded.event.data;
        const shown: Record<string, unknown> = { ...decoded.event, data: JSON.parse(json), data_json: json };
        for (const [field, expected] of Object.entries(vector.expect.event)) {
          assert.deepEqual(shown[field], expected, field);
        }
      });
    }
  });
}

/** What goes to logs and dead letters about a refused event: one short line that PostgreSQL can hold. */
function assertReadable(decoded: Decoded): void {
  assert.ok(!decoded.ok);
  assert.match(decoded.detail, /^[^\n\r]{10,300}$/);
  assert.ok(decoded.detail.isWellFormed());
}

test('no vector takes long', () => {
  for (const { name, payload } of vectors) {
    assert.ok(cpuMs(() => decodeEvent(payload, options)) < DECODE_CPU_MS_MAX, name);
  }
});

test('names of vectors are unique, so that one can be spoken of', () => {
  const names = vectors.map((vector) => `${vector.group}/${vector.name}`);
  assert.equal(new Set(names).size, names.length);
});

test('every reason to refuse an event has a vector', () => {
  const reasons = vectors.map((vector) => (vector.expect.ok ? 'ok' : vector.expect.reason));
  assert.deepEqual([...new Set(reasons)].sort(), [
    'expired',
    'invalid_field',
    'invalid_text',
    'non_finite_number',
    'not_an_object',
    'not_json',
    'not_utf8',
    'ok',
    'timestamp_out_of_range',
    'too_deep',
    'too_large',
    'unknown_schema_version',
  ]);
});
