import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressBar } from './progress-bar.ts';
import { type Column, cutToWidth, renderTable } from './table.ts';

type Row = { readonly name: string; readonly count: number };
const columns: readonly Column<Row>[] = [
  { head: 'name', text: ({ name }) => name, flexible: true },
  { head: 'count', text: ({ count }) => String(count), align: 'right' },
];
const terminal = (width: number) => ({ columns: () => width, style: (_: unknown, text: string) => text });

test('columns line up, wide characters counted as two', () => {
  const rows = [
    { name: '任务开始', count: 5 },
    { name: 'ab', count: 12_000 },
  ];
  assert.equal(
    renderTable(terminal(Number.POSITIVE_INFINITY), columns, rows),
    ['name      count', '任务开始      5', 'ab        12000'].join('\n'),
  );
});

test('in a narrow window the flexible column is cut, never in the middle of a character', () => {
  const rows = [{ name: '任务开始执行任务开始执行', count: 1 }];
  const [, line = ''] = renderTable(terminal(20), columns, rows).split('\n');
  assert.equal(line, '任务开始执行…      1');
  assert.equal(cutToWidth('a👩‍👩‍👧b👩‍👩‍👧', 4), 'a👩‍👩‍👧…');
  assert.equal(cutToWidth('abc', 3), 'abc');
});

test('optional columns go where nothing is in them, and from the right where the window is too narrow', () => {
  const wide: readonly Column<Row>[] = [
    { head: 'first', text: ({ name }) => name },
    { head: 'empty', text: () => '', optional: true },
    { head: 'second', text: ({ count }) => String(count), optional: true },
    { head: 'third', text: () => 'x'.repeat(20), optional: true },
  ];
  const heads = (width: number) =>
    renderTable(terminal(width), wide, [{ name: 'abc', count: 1 }]).split('\n')[0];
  assert.equal(heads(80), 'first  second  third');
  assert.equal(heads(20), 'first  second');
  assert.equal(heads(8), 'first');
  assert.equal(heads(2), 'first');
});

test('a cell can hold no line end and no command for the terminal', () => {
  const text = renderTable(terminal(80), columns, [{ name: 'x\n\u001b[31my', count: 1 }]);
  assert.equal(text.split('\n').length, 2);
  assert.ok(!text.includes('\u001b'));
});

test('a progress bar is as long as it is told, whatever it is given', () => {
  assert.equal(progressBar(0.5, 10), '█████░░░░░  50%');
  assert.equal(progressBar(1, 4), '████ 100%');
  assert.equal(progressBar(0.999, 4), '████  99%');
  assert.equal(progressBar(null, 4), '░░░░     ');
  assert.equal(progressBar(7, 2), '██ 100%');
  assert.equal(progressBar(-1, 2), '░░   0%');
});
