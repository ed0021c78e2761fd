import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from './cursor.ts';

const place = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 3 });

test('a cursor comes back as the place it was made of, and is safe in an address', () => {
  fc.assert(
    fc.property(place, (values) => {
      const cursor = encodeCursor(values);
      assert.match(cursor, /^[A-Za-z0-9_-]+$/);
      assert.deepEqual(decodeCursor(cursor, values.length), values);
    }),
  );
});

test('what is no cursor is refused, whatever it is', () => {
  const others = fc.oneof(
    fc.string(),
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  );
  fc.assert(
    fc.property(others, (text) => {
      try {
        assert.equal(decodeCursor(text, 2).length, 2);
      } catch (error) {
        assert.equal((error as { readonly code: string }).code, 'request_invalid');
      }
    }),
  );
});
