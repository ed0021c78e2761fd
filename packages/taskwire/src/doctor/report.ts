import { oneLine } from '../terminal/one-line.ts';
import type { Style } from '../terminal/screen.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type Finding, LEVELS, type Level, worstOf } from './finding.ts';

const MARKS: Readonly<Record<Level, readonly [mark: string, style: Style]>> = {
  ok: ['ok', 'green'],
  note: ['note', 'cyan'],
  warning: ['warning', 'yellow'],
  problem: ['problem', ['bold', 'red']],
};

const MARK_WIDTH = Math.max(...LEVELS.map((level) => level.length));
const WRAP_AT_MAX = 110;

/** The findings by area, with what to do below each, and a last line that sums up. */
export function reportText(
  terminal: Pick<Terminal, 'style' | 'columns'>,
  findings: readonly Finding[],
): string {
  const areas = [...new Set(findings.map(areaOf))];
  const width = Math.min(terminal.columns(), WRAP_AT_MAX);
  return [
    ...areas.flatMap((area) => [
      terminal.style('bold', area),
      ...findings
        .filter((finding) => areaOf(finding) === area)
        .flatMap((finding) => lines(terminal, finding, width)),
      '',
    ]),
    summary(terminal, findings),
  ].join('\n');
}

const areaOf = ({ check }: Finding): string => check.split('.')[0] ?? check;

function lines(terminal: Pick<Terminal, 'style'>, finding: Finding, width: number): readonly string[] {
  const [mark, style] = MARKS[finding.level];
  const [, name = ''] = finding.check.split('.');
  const indent = ' '.repeat(MARK_WIDTH + 4);
  const found = wrap(oneLine(`${name}: ${finding.found}`), width - indent.length);
  const advice = finding.advice === null ? [] : wrap(`→ ${oneLine(finding.advice)}`, width - indent.length);
  return [
    `  ${terminal.style(style, mark.padEnd(MARK_WIDTH))}  ${found[0] ?? ''}`,
    ...found.slice(1).map((line) => `${indent}${line}`),
    ...advice.map((line) => `${indent}${terminal.style('dim', line)}`),
  ];
}

function summary({ style }: Pick<Terminal, 'style'>, findings: readonly Finding[]): string {
  const counts = [...LEVELS].reverse().map((level) => {
    const count = findings.filter((finding) => finding.level === level).length;
    return count === 0 ? '' : `${count} ${level === 'ok' || count === 1 ? level : `${level}s`}`;
  });
  const [, colour] = MARKS[worstOf(findings)];
  return style(colour, counts.filter((text) => text !== '').join(', '));
}

/** At spaces; a word that is longer than a line stays whole. */
function wrap(text: string, width: number): readonly string[] {
  const wrapped: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      wrapped.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...wrapped, line];
}
