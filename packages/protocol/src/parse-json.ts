/** What a parse found that plain `JSON.parse` would have hidden. */
export interface ParsedJson {
  readonly value: unknown;
  /** A bare NaN, Infinity or -Infinity, or a number too large for a double, stood where there is null now. */
  readonly hadNonFinite: boolean;
}

/** The reviver's third argument and raw values: the ECMAScript proposal "JSON.parse source text access". */
interface ReviverContext {
  readonly source?: string;
}
declare global {
  interface JSON {
    rawJSON(text: string): object;
    isRawJSON(value: unknown): boolean;
  }
}

/** Anything that needs the careful parser: a long integer, a large exponent, a literal that is not JSON. */
const NEEDS_CARE = /\d{16}|[eE]\+?\d{3}|NaN|Infinity/;

const NON_FINITE_TOKEN = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * Parses JSON as producers really write it: Python's `json.dumps` writes NaN and Infinity, which become null and are
 * reported; integers above 2^53 keep their digits (as raw JSON, so that they are written out as they came).
 * @throws SyntaxError where the text is not JSON even so
 */
export function parseJson(text: string): ParsedJson {
  if (!NEEDS_CARE.test(text)) return { value: JSON.parse(text), hadNonFinite: false };
  let hadNonFinite = false;
  const finite = text.replace(NON_FINITE_TOKEN, (token) => {
    if (token.startsWith('"')) return token;
    hadNonFinite = true;
    return 'null';
  });
  const value: unknown = JSON.parse(finite, ((_key: string, member: unknown, context: ReviverContext) => {
    if (typeof member !== 'number') return member;
    if (!Number.isFinite(member)) {
      hadNonFinite = true;
      return null;
    }
    const source = context.source ?? '';
    return /^-?\d+$/.test(source) && !Number.isSafeInteger(member) ? JSON.rawJSON(source) : member;
  }) as (key: string, value: unknown) => unknown);
  return { value, hadNonFinite };
}
