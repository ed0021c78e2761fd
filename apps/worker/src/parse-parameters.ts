import { TaskwireError } from '@taskwire/protocol';
import type { Static, TObject } from 'typebox';
import Value from 'typebox/value';

/** Long enough to recognise a wrong value, short enough for a log line. */
const SHOWN_LENGTH_MAX = 100;

/**
 * Fills in the defaults and checks. The input is not changed.
 * @param secret names of top-level parameters whose values are not repeated
 * @param hide puts masks over whatever else is secret by its name
 * @throws TaskwireError `parameters_invalid`: which parameter, what was expected, what was given
 */
export function parseParameters<Schema extends TObject>(
  schema: Schema,
  given: unknown,
  secret: readonly string[] = [],
  hide: (value: unknown) => unknown = (value) => value,
): Static<Schema> {
  const candidate: unknown = Value.Default(schema, structuredClone(given ?? {}));
  if (Value.Check(schema, candidate)) return candidate;
  // "boolean" only repeats, for one place, what "additionalProperties" says better for all.
  const problem = Value.Errors(schema, candidate).find(({ keyword }) => keyword !== 'boolean');
  const path = (problem?.instancePath ?? '').split('/').slice(1).map(decodePointer);
  const words = describe(problem, path, schema);
  const hidden = secret.includes(path[0] ?? words.parameter);
  const value = hidden ? 'a value that is not shown' : shown(lookUp(hide(candidate), words.path));
  throw new TaskwireError(
    'parameters_invalid',
    `parameter ${words.parameter}: expected ${words.expected}, got ${value}`,
  );
}

interface Problem {
  readonly keyword: string;
  readonly message: string;
  readonly params: object;
}

function describe(problem: Problem | undefined, path: readonly string[], schema: TObject) {
  const params = (problem?.params ?? {}) as Readonly<Record<string, unknown>>;
  const [missing] = (params.requiredProperties as readonly string[] | undefined) ?? [];
  const [unknown] = (params.additionalProperties as readonly string[] | undefined) ?? [];
  if (problem?.keyword === 'required' && missing !== undefined) {
    return { parameter: named([...path, missing]), path: [...path, missing], expected: 'it to be given' };
  }
  if (problem?.keyword === 'additionalProperties' && unknown !== undefined) {
    const known = path.length === 0 ? `one of ${Object.keys(schema.properties).join(', ')}` : 'a known name';
    return { parameter: named([...path, clip(unknown)]), path: [...path, unknown], expected: known };
  }
  const allowed = params.allowedValues as readonly unknown[] | undefined;
  const expected = allowed === undefined ? readable(problem?.message ?? '') : `one of ${allowed.join(', ')}`;
  return { parameter: path.length === 0 ? 'object' : named(path), path, expected };
}

/** "must be <= 5" becomes "it to be <= 5". */
const readable = (message: string): string =>
  message.replace(/^must not /, 'it not to ').replace(/^must /, 'it to ');

/** `endpoints[0].port`, as a reader would write it. */
const named = (path: readonly string[]): string =>
  path.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');

const decodePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

function lookUp(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Readonly<Record<string, unknown>>)[part];
  }
  return current;
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : clip(JSON.stringify(value)));

const clip = (text: string): string =>
  text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
