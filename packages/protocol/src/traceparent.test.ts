import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSampled, readTraceparent, traceContextOf } from './traceparent.ts';

const [TRACE, SPAN] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];

test('a traceparent comes through as it is, and gives its parts', () => {
  const traceparent = `00-${TRACE}-${SPAN}-01`;
  assert.equal(readTraceparent(traceparent), traceparent);
  assert.deepEqual(traceContextOf(traceparent), { traceId: TRACE, spanId: SPAN, sampled: true });
});

test('whether a trace is recorded is the lowest of the flags', () => {
  const flags = ['00', '01', '02', '03', 'fe', 'ff'];
  assert.deepEqual(
    flags.filter((flag) => isSampled(`00-${TRACE}-${SPAN}-${flag}`)),
    ['01', '03', 'ff'],
  );
});

test('whatever is not a traceparent is none', () => {
  for (const value of [
    undefined,
    null,
    1,
    {},
    '',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01 `,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${SPAN}-01`,
  ]) {
    assert.equal(readTraceparent(value), null, String(value));
  }
});
