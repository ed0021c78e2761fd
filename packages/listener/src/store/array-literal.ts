import { formatTimestamp } from '@taskwire/protocol';
import type { Column } from './column.ts';

/** PostgreSQL array literals: arrays as text, which every driver takes. */

/** A column of a batch for a driver that wants texts. */
export function columnLiteral(column: Column): string {
  if (column.isEmpty) return '{}';
  const values = column.rows.map(column.pick);
  switch (column.type) {
    case 'text':
      return textArray(values as readonly (string | null)[]);
    case 'bytea':
      return textArray(values.map((value) => (value === null ? null : `\\x${value}`)));
    case 'time':
      return plainArray(values.map((value) => (value === null ? null : formatTimestamp(value as number))));
    default:
      return plainArray(values);
  }
}

/** Elements that contain nothing to quote: numbers, UUIDs, hexadecimal, booleans. */
export function plainArray(values: readonly (string | number | boolean | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** Any text. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : quote(value))).join(',')}}`;
}

const NEEDS_ESCAPE = /["\\]/;

function quote(value: string): string {
  return NEEDS_ESCAPE.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
