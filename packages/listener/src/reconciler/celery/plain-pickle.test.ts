import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { readPlainPickle } from './plain-pickle.ts';

// Real pickles are read in test/celery, of whatever Python is there.

it('plain data is read: {"a": (1, "é", None), "a again": ...}', () => {
  // pickle.dumps({"a": [1, "é", None], "__proto__": {}}, protocol=4), without frame and memo
  const bytes = Buffer.concat([
    Buffer.from('8004', 'hex'),
    Buffer.from('}(', 'latin1'),
    Buffer.from('8c0161', 'hex'),
    Buffer.from('](K\u0001', 'latin1'),
    Buffer.from('8c02c3a9', 'hex'),
    Buffer.from('Ne', 'latin1'),
    Buffer.from('8c09', 'hex'),
    Buffer.from('__proto__}u.', 'latin1'),
  ]);
  const read = readPlainPickle(bytes);
  assert.equal(JSON.stringify(read?.value), '{"a":[1,"é",null],"__proto__":{}}');
});

it('what would make an object, or call anything, is refused', () => {
  // pickle.dumps(os.system) and pickle.dumps(ValueError("x")), protocol 4
  for (const text of [
    '\u008c\u0005posix\u0094\u008c\u0006system\u0094\u0093\u0094.',
    'cos\nsystem\n(S"true"\ntR.',
  ])
    assert.equal(readPlainPickle(Buffer.from(text, 'latin1')), null);
});

it('whatever bytes there are, reading them ends and does not throw', () => {
  const opcodes = [...'(K\u0001Nh\u0000q\u0000]}tasue.\u0085\u0086\u0094'].map((each) => each.charCodeAt(0));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.array(fc.constantFrom(...opcodes), { maxLength: 60 }).map((each) => Uint8Array.from(each)),
  );
  fc.assert(
    fc.property(bytes, (some) => void readPlainPickle(Buffer.from(some))),
    { seed: 6, numRuns: 2_000 },
  );
});
