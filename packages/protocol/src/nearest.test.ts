import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './nearest.ts';

test('a slip of the finger finds the word that was meant, and nothing where none is near', () => {
  const words = ['list', 'show', 'replay', 'discard'];
  assert.equal(nearest('lsit', words, 2), 'list');
  assert.equal(nearest('shwo', words, 2), 'show');
  assert.equal(nearest('reply', words, 2), 'replay');
  assert.equal(nearest('frobnicate', words, 2), undefined);
  assert.equal(nearest('x', [], 4), undefined);
});

test('the nearest of several is offered, the first of equals', () => {
  assert.equal(nearest('tal', ['tail', 'tall', 'tab'], 2), 'tail');
  assert.equal(nearest('task', ['tail', 'tasks'], 2), 'tasks');
});
