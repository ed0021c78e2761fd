import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { TaskwireError } from '../error.ts';
import { readNamedKeys } from './named-keys.ts';

const secret = (): string => randomBytes(32).toString('base64');
const read = (given: readonly string[], file?: string, text = '') =>
  readNamedKeys({ setting: 'KEYS', given, fileSetting: 'KEYS_FILE', file }, (path) => {
    if (path !== '/keys') throw new Error('ENOENT: no such file');
    return text;
  });

function problemOf(...given: Parameters<typeof read>): string {
  try {
    read(...given);
  } catch (error) {
    assert.ok(error instanceof TaskwireError && error.code === 'setting_invalid');
    return error.message;
  }
  throw new Error('was accepted');
}

test('keys come from a variable or a file, in their order', () => {
  const [a, b] = [secret(), secret()];
  assert.deepEqual(
    read([`a:${a}`, ` b:${b} `]).map(({ id }) => id),
    ['a', 'b'],
  );
  const [first] = read([], '/keys', `# of autumn\n\nb:${b}\na:${a}\n`);
  assert.equal(first?.id, 'b');
  assert.equal(first?.key.export().toString('base64'), b);
  assert.deepEqual(read([]), []);
});

test('what is no key is refused by place, and never repeated', () => {
  const short = randomBytes(31).toString('base64');
  assert.match(
    problemOf([`a:${short}`]),
    /^KEYS: entry 1: expected base64 of 32 bytes after a:, got 31 bytes$/,
  );
  assert.match(problemOf([`a:${secret()}`, secret()]), /^KEYS: entry 2: expected id:base64/);
  assert.match(problemOf([`a:${secret()}`, `a:${secret()}`]), /^KEYS: entry 2: the id a is given twice$/);
  assert.match(problemOf([`a:${secret()}`], '/keys'), /^KEYS_FILE: expected only one of it and KEYS/);
  assert.match(problemOf([], '/none'), /^KEYS_FILE: the file cannot be read/);
  assert.match(problemOf([], '/keys', '# none\n'), /^KEYS_FILE: expected at least one key/);
  assert.ok(!problemOf(['a:hunter2']).includes('hunter2'));
});
