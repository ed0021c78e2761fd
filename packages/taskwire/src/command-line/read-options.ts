import { shown, TaskwireError } from '@taskwire/protocol';
import type { CommandInput } from './command.ts';

type Options = CommandInput['options'];

export const isSet = (options: Options, name: string): boolean => options[name] === true;

export const textOf = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** An option that may be given several times. */
export const textsOf = (options: Options, name: string): readonly string[] => {
  const value = options[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
};

/** @throws TaskwireError `request_invalid` where it is not a whole number in the range */
export function wholeNumberOf(
  options: Options,
  name: string,
  range: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  const given = options[name];
  return given === undefined ? range.fallback : parseWholeNumber(`--${name}`, given, range);
}

export function parseWholeNumber(
  name: string,
  given: unknown,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const number = typeof given === 'string' && /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new TaskwireError(
    'request_invalid',
    `${name}: expected a whole number from ${min} to ${max}, got ${shown(given)}`,
  );
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Such as `90s`, `10m` or `2h`. @throws TaskwireError `request_invalid` */
export function durationOf(options: Options, name: string): number | undefined {
  const given = options[name];
  if (given === undefined) return undefined;
  const [, number, unit] = (typeof given === 'string' && /^(\d{1,9})(ms|s|m|h)$/.exec(given)) || [];
  if (number !== undefined && unit !== undefined)
    return Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS];
  throw new TaskwireError(
    'request_invalid',
    `--${name}: expected a time such as 500ms, 90s, 10m or 2h, got ${shown(given)}`,
  );
}

/** @throws TaskwireError `request_invalid` where it is not the text of a JSON object */
export function objectOf(options: Options, name: string): Readonly<Record<string, unknown>> | undefined {
  const given = textOf(options, name);
  if (given === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    throw new TaskwireError('request_invalid', `--${name}: expected a JSON object, got ${shown(given)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TaskwireError('request_invalid', `--${name}: expected a JSON object, got ${shown(value)}`);
}
