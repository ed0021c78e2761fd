import { escapeHtml } from './escape-html.ts';

/** Parts of a drawing, in the words of docs/site/site.css, where they have the colours of the page. */
export type Line = 'way' | 'spare' | 'back';

/** Where a drawing stands alone (in a list of files, in an image element) it brings these colours with it. */
const STYLE = `<style>
svg{--paper:#fff;--sheet:#f6f7f9;--line:#dde1e7;--ink:#1b2230;--faint:#55607a;--accent:#1c5fd4;--accent-sheet:#e8f0fe;--good:#14794a;--warm:#9a5b00;background:var(--paper)}
@media (prefers-color-scheme:dark){svg{--paper:#12151c;--sheet:#1a1f29;--line:#323a4a;--ink:#e4e8f0;--faint:#a3adc2;--accent:#82b1ff;--accent-sheet:#1b2a47;--good:#63cf9c;--warm:#e8b15c}}
text{font:14px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;fill:var(--ink)}
.small{font-size:12px;fill:var(--faint)}.strong{font-weight:650}
.place{fill:var(--sheet);stroke:var(--line)}.box{fill:var(--paper);stroke:var(--faint)}.main{fill:var(--accent-sheet);stroke:var(--accent)}
.way,.spare,.back{fill:none;stroke-width:2}.way{stroke:var(--accent)}.spare{stroke:var(--warm);stroke-dasharray:6 4}.back{stroke:var(--good)}
.tip-way{fill:var(--accent)}.tip-spare{fill:var(--warm)}.tip-back{fill:var(--good)}
</style>`;

export function drawing(title: string, width: number, height: number, parts: readonly string[]): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`;
  return `${svg}\n<title>${escapeHtml(title)}</title>\n${STYLE}\n${parts.join('\n')}\n</svg>\n`;
}

/** What holds boxes: a container, a server. */
export function place(x: number, y: number, width: number, height: number, title: string): string {
  return `${rectangle('place', x, y, width, height, 10)}\n${text(x + 14, y + 24, title, 'strong')}`;
}

/** A box with one or two lines of text in its middle. */
export function box(
  kind: 'box' | 'main',
  [x, y, width, height]: readonly [number, number, number, number],
  title: string,
  below?: string,
): string {
  const middle = y + height / 2;
  const lines =
    below === undefined
      ? [centred(x + width / 2, middle + 5, title)]
      : [centred(x + width / 2, middle - 3, title), centred(x + width / 2, middle + 16, below, 'small')];
  return [rectangle(kind, x, y, width, height, 6), ...lines].join('\n');
}

/** A line through some points, with a tip at its end. */
export function arrow(line: Line, ...points: readonly (readonly [number, number])[]): string {
  const [endX, endY] = points.at(-1) ?? [0, 0];
  const [fromX, fromY] = points.at(-2) ?? [0, 0];
  const [stepX, stepY] = [Math.sign(endX - fromX), Math.sign(endY - fromY)];
  const tip = [
    [endX, endY],
    [endX - 9 * stepX - 5 * stepY, endY - 9 * stepY - 5 * stepX],
    [endX - 9 * stepX + 5 * stepY, endY - 9 * stepY + 5 * stepX],
  ];
  const shaft = [...points.slice(0, -1), [endX - 7 * stepX, endY - 7 * stepY] as const];
  return [
    `<polyline class="${line}" points="${shaft.map((point) => point.join(',')).join(' ')}"/>`,
    `<polygon class="tip-${line}" points="${tip.map((point) => point.join(',')).join(' ')}"/>`,
  ].join('\n');
}

export const text = (x: number, y: number, words: string, kind = ''): string =>
  `<text x="${x}" y="${y}"${kind === '' ? '' : ` class="${kind}"`}>${escapeHtml(words)}</text>`;

export const centred = (x: number, y: number, words: string, kind = ''): string =>
  text(x, y, words, kind).replace('<text', '<text text-anchor="middle"');

/** Text that ends at a point. */
export const ending = (x: number, y: number, words: string): string =>
  text(x, y, words).replace('<text', '<text text-anchor="end"');

const rectangle = (
  kind: string,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
): string => `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;
