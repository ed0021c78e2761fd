/** A picture of figures, as an SVG file beside the report. */
export interface Chart {
  /** Also the name of its file. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

const WIDTH = 640;
const LINE = 26;
const LABEL = 230;
const VALUE = 110;
const PLOT_HEIGHT = 180;
const MARGIN = 48;

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly shown: string;
}

/** Lying bars, longest is the largest. */
export function barChart(name: string, title: string, bars: readonly Bar[]): Chart {
  const largest = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ label, value, shown }, index) => {
    const y = 40 + index * LINE;
    const width = Math.max(1, (value / largest) * (WIDTH - LABEL - VALUE));
    return `<text x="${LABEL - 8}" y="${y + 14}" text-anchor="end">${escaped(label)}</text>
<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="18" fill="#2563eb"/>
<text x="${(LABEL + width + 6).toFixed(1)}" y="${y + 14}">${escaped(shown)}</text>`;
  });
  return { name, title, svg: picture(title, 50 + bars.length * LINE, lines.join('\n')) };
}

/** One value over time, from zero up. */
export function lineChart(
  name: string,
  title: string,
  unit: string,
  points: readonly (readonly [seconds: number, value: number])[],
): Chart {
  const [lastS, largest] = [0, 1].map((part) => Math.max(1, ...points.map((point) => point[part] ?? 0)));
  const x = (seconds: number) => MARGIN + (seconds / (lastS ?? 1)) * (WIDTH - 2 * MARGIN);
  const y = (value: number) => 40 + PLOT_HEIGHT * (1 - value / (largest ?? 1));
  const path = points.map(([seconds, value]) => `${x(seconds).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const body = `<line x1="${MARGIN}" y1="${y(0)}" x2="${WIDTH - MARGIN}" y2="${y(0)}" stroke="#94a3b8"/>
<polyline points="${path}" fill="none" stroke="#2563eb" stroke-width="2"/>
<text x="${MARGIN}" y="34">${escaped(`${(largest ?? 0).toFixed(0)} ${unit}`)}</text>
<text x="${WIDTH - MARGIN}" y="${y(0) + 18}" text-anchor="end">${(lastS ?? 0).toFixed(0)} s</text>`;
  return { name, title, svg: picture(title, PLOT_HEIGHT + 70, body) };
}

function picture(title: string, height: number, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="13" role="img" aria-label="${escaped(title)}">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="8" y="20" font-weight="bold">${escaped(title)}</text>
${body}
</svg>
`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
