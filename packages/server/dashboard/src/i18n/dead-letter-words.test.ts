import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEAD_LETTER_REASONS } from '@taskwire/listener';
import { en } from './en.ts';
import { zh } from './zh.ts';

test('the dashboard has a name and an advice for every reason of a dead letter, in both languages', () => {
  for (const { deadLetters } of [en, zh]) {
    assert.deepEqual(Object.keys(deadLetters.reasons), [...DEAD_LETTER_REASONS]);
    assert.deepEqual(Object.keys(deadLetters.advice), [...DEAD_LETTER_REASONS]);
  }
});
