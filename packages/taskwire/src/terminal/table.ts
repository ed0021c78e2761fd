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
  const cells = rows.map((row) => columns.map((column) => oneLine(column.text(row))));
  const natural = columns.map(({ head }, index) =>
    Math.max(stringWidth(head), ...cells.map((line) => stringWidth(line[index] ?? ''))),
  );
  const widths = fit(columns, natural, terminal.columns());
  const render = (line: readonly string[], style: (index: number, text: string) => string): string =>
    columns
      .map(({ align }, index) => {
        const text = cutToWidth(line[index] ?? '', widths[index] ?? 0);
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - stringWidth(text)));
        const styled = style(index, text);
        return align === 'right' ? `${space}${styled}` : `${styled}${space}`;
      })
      .join(GAP)
      .trimEnd();
  const heads = columns.map(({ head }) => head);
  return [
    render(heads, (_index, text) => terminal.style('bold', text)),
    ...rows.map((row, at) =>
      render(cells[at] ?? [], (index, text) => {
        const style = columns[index]?.style?.(row);
        return style === undefined || text === '' ? text : terminal.style(style, text);
      }),
    ),
  ].join('\n');
}

/** What flexible columns have to give up, the widest first. */
function fit(
  columns: readonly Column<never>[] | readonly { readonly flexible?: boolean }[],
  natural: readonly number[],
  window: number,
): readonly number[] {
  const widths = [...natural];
  const total = (): number => widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  for (let over = total() - window; over > 0; over = total() - window) {
    const widest = columns
      .map(({ flexible }, index) => ({ index, width: flexible === true ? (widths[index] ?? 0) : 0 }))
      .reduce((best, next) => (next.width > best.width ? next : best));
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
