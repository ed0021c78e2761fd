import type { SequenceRanges } from '@taskwire/protocol';

/** As PostgreSQL's int8multirange writes them: `{[1,501),[700,701)}`, upper bounds exclusive. */
export function formatMultirange(ranges: SequenceRanges): string {
  return `{${ranges.map(([from, to]) => `[${from},${to + 1})`).join(',')}}`;
}

export function parseMultirange(text: string): SequenceRanges {
  return [...text.matchAll(/\[(\d+),(\d+)\)/g)].map(
    ([, from, end]) => [Number(from), Number(end) - 1] as const,
  );
}
