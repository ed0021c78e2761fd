import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cpuMs } from '../test/cpu-time.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';

const LATEST_US = Date.UTC(2255, 0, 1) * 1000;

test('what is written is read back to the microsecond', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat().map((n) => n % LATEST_US),
      (us) => {
        assert.equal(parseTimestamp(formatTimestamp(us)), us);
      },
    ),
    { examples: [[0], [1], [999_999], [LATEST_US - 1]] },
  );
});

test('later is greater as text too', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1e9 }), fc.nat({ max: 1e9 }), (a, b) => {
      assert.equal(formatTimestamp(a) < formatTimestamp(b), a < b);
    }),
  );
});

test('agrees with Date on whatever toISOString writes from 1970 to 2254', () => {
  const dates = fc.date({ min: new Date(0), max: new Date(LATEST_US / 1000 - 1), noInvalidDate: true });
  fc.assert(
    fc.property(dates, (date) => assert.equal(parseTimestamp(date.toISOString()), date.getTime() * 1000)),
  );
});

test('an offset is taken off, whatever it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1439, max: 1439 }), (minutes) => {
      const us = Date.UTC(2026, 0, 1, 10) * 1000;
      const local = formatTimestamp(us + minutes * 60_000_000).slice(0, -1);
      const offset = `${minutes < 0 ? '-' : '+'}${new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)}`;
      assert.equal(parseTimestamp(local + offset), us);
    }),
  );
});

test('the usual form is read as every other one is', () => {
  const two = fc.nat({ max: 99 }).map((n) => String(n).padStart(2, '0'));
  const year = fc.constantFrom('1968', '1969', '1970', '2024', '2025', '2255', '2256', '202x');
  const micros = fc.constantFrom('000000', '000001', '999999', '00000x');
  fc.assert(
    fc.property(year, two, two, two, two, two, micros, (y, mo, d, h, mi, s, us) => {
      const local = `${y}-${mo}-${d}T${h}:${mi}:${s}.${us}`;
      assert.equal(parseTimestamp(`${local}Z`), parseTimestamp(`${local}+00:00`));
    }),
    { examples: [['2024', '02', '29', '23', '59', '60', '999999']] },
  );
});

test('a time that exists but does not fit is told apart from what is no time', () => {
  assert.equal(parseTimestamp('0001-01-01T00:00:00'), 'out_of_range');
  assert.equal(parseTimestamp('9999-12-31T23:59:59Z'), 'out_of_range');
  assert.equal(parseTimestamp('275760-09-13T00:00:00Z'), 'out_of_range');
  assert.equal(parseTimestamp('2026-02-30T00:00:00Z'), 'malformed');
  assert.equal(parseTimestamp('2026-01-01'), 'malformed');
});

test('takes no text for long, whatever is in it', () => {
  for (const piece of ['1', '-', '1-', '2026-01-01T', ' ', '0.']) {
    const taken = cpuMs(() => {
      parseTimestamp(`2026-01-01T10:00:00.${piece.repeat(200_000)}x`);
      parseTimestamp(piece.repeat(200_000));
    });
    assert.ok(taken < 1_000, piece);
  }
});
