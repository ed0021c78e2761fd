/** Placed beside what was cut: which field, and how many bytes of JSON it had. */
export interface Truncated {
  readonly field: string;
  readonly bytes: number;
}

/**
 * `data` (JSON text of an object) made to fit into `bytesMax`: its largest field is replaced by the beginning of its
 * text, and `truncated` says so. Where that is not enough, nothing but that note is left: the status is what counts.
 */
export function cutData(data: string, bytesMax: number): string {
  const fields = Object.entries(JSON.parse(data) as Readonly<Record<string, unknown>>);
  const sized = fields.map(([name, value]) => ({
    name,
    value,
    bytes: Buffer.byteLength(JSON.stringify(value)),
  }));
  const largest = sized.reduce((a, b) => (b.bytes > a.bytes ? b : a), { name: '', value: null, bytes: -1 });
  if (largest.bytes < 0) return '{}';
  const truncated: Truncated = { field: largest.name, bytes: largest.bytes };
  const text = typeof largest.value === 'string' ? largest.value : JSON.stringify(largest.value);
  for (let length = Math.min(text.length, bytesMax); length >= 1; length = Math.floor(length * 0.7)) {
    const beginning = `${text.slice(0, length).toWellFormed()}…`;
    const cut = JSON.stringify(
      Object.fromEntries([
        ...fields.map(([name, value]) => [name, name === largest.name ? beginning : value]),
        ['truncated', truncated],
      ]),
    );
    if (Buffer.byteLength(cut) <= bytesMax) return cut;
  }
  return JSON.stringify({ truncated: { field: 'data', bytes: Buffer.byteLength(data) } satisfies Truncated });
}
