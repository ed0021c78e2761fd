import stringWidth from 'string-width';
import { oneLine } from './one-line.ts';
import type { Style } from './screen.ts';
import type { Terminal } from './terminal.ts';

export interface Column<Row> {
  readonly head: string;
  /** Untrusted text is fine: it is made one harmless line. */
  readonly text: (row: Row) => string;
  readonly style?: (row: Row) => Style;
  readonly align?: 'right';
  /** Cut where the window is too narrow. */
  readonly flexible?: boolean;
  /** Left out where nothing is in it, and from the right where the window is too narrow for all. */
  readonly optional?: boolean;
}

const GAP = '  ';
/** A flexible column keeps this much, however narrow the window is. */
const FLEXIBLE_WIDTH_MIN = 8;

/** Rows under their heads, cut to the window where there is one; elsewhere whole. Wide characters count as two. */
export function renderTable<Row>(
  terminal: Pick<Terminal, 'columns' | 'style'>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  let shown = columns
    .map((column) => ({ ...column, cells: rows.map((row) => oneLine(column.text(row))) }))
    .filter(({ optional, cells }) => optional !== true || cells.some((cell) => cell !== ''));
  const natural = ({ head, cells }: (typeof shown)[number]): number =>
    Math.max(stringWidth(head), ...cells.map((cell) => stringWidth(cell)));
  let widths = fit(shown, shown.map(natural), terminal.columns());
  while (totalOf(widths) > terminal.columns()) {
    const last = shown.findLastIndex(({ optional }) => optional === true);
    if (last < 0) break;
    shown = shown.toSpliced(last, 1);
    widths = fit(shown, shown.map(natural), terminal.columns());
  }
  const render = (
    textOf: (column: (typeof shown)[number]) => string,
    styleOf: (column: (typeof shown)[number]) => Style | undefined,
  ): string =>
    shown
      .map((column, index) => {
        const text = cutToWidth(textOf(column), widths[index] ?? 0);
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - stringWidth(text)));
        const style = styleOf(column);
        const styled = style === undefined || text === '' ? text : terminal.style(style, text);
        return column.align === 'right' ? `${space}${styled}` : `${styled}${space}`;
      })
      .join(GAP)
      .trimEnd();
  return [
    render(
      ({ head }) => head,
      () => 'bold',
    ),
    ...rows.map((row, at) =>
      render(
        ({ cells }) => cells[at] ?? '',
        ({ style }) => style?.(row),
      ),
    ),
  ].join('\n');
}

const totalOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);

/** What flexible columns have to give up, the widest first. */
function fit(
  columns: readonly { readonly flexible?: boolean }[],
  natural: readonly number[],
  window: number,
): readonly number[] {
  const widths = [...natural];
  for (let over = totalOf(widths) - window; over > 0; over -= 1) {
    const widest = columns
      .map(({ flexible }, index) => ({ index, width: flexible === true ? (widths[index] ?? 0) : 0 }))
      .reduce((best, next) => (next.width > best.width ? next : best), { index: 0, width: 0 });
    if (widest.width <= FLEXIBLE_WIDTH_MIN) break;
    widths[widest.index] = widest.width - 1;
  }
  return widths;
}

const SEGMENTS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** At most so many columns of the terminal, without half a character. */
export function cutToWidth(text: string, widthMax: number): string {
  if (stringWidth(text) <= widthMax) return text;
  let cut = '';
  let width = 0;
  for (const { segment } of SEGMENTS.segment(text)) {
    width += stringWidth(segment);
    if (width > widthMax - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}
