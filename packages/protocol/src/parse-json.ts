import { surveyJson } from './json-limits.ts';
import { textNestedDeeperThan, withoutNonFinite } from './json-text.ts';

/** What a parse found that plain `JSON.parse` would have hidden. */
export interface ParsedJson {
  readonly value: unknown;
  /** A bare NaN, Infinity or -Infinity, or a number too large for a double, stood where there is null now. */
  readonly hadNonFinite: boolean;
  readonly tooDeep: boolean;
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

/**
 * Texts longer than this are looked through for their depth before they are parsed: a megabyte of opening brackets costs
 * V8's parser hundreds of megabytes. Shorter ones are parsed at once, since that is what nearly all are.
 */
const SCANNED_LENGTH_MIN = 16_384;

/**
 * Parses JSON as producers really write it: Python's `json.dumps` writes NaN and Infinity, which become null and are
 * reported; integers above 2^53 keep their digits (as raw JSON, so that they are written out as they came). Where a
 * key stands twice, the last one counts, as in PostgreSQL and Python.
 *
 * All of that is rare, so the text is parsed plainly first, and again with care only where that shows a need.
 * @param depthMax how deep objects and arrays may be nested; what is deeper is reported, and its value is not to be used
 * @throws SyntaxError where the text is not JSON even so
 */
export function parseJson(text: string, depthMax: number): ParsedJson {
  if (text.length >= SCANNED_LENGTH_MIN && textNestedDeeperThan(text, depthMax)) {
    return { value: undefined, hadNonFinite: false, tooDeep: true };
  }
  const { value, finite } = parsePlainly(text);
  const hadNonFinite = finite !== text;
  const { tooDeep, hasLongNumber } = surveyJson(value, depthMax);
  if (tooDeep || !hasLongNumber) return { value, hadNonFinite, tooDeep };
  return { ...reviveLongNumbers(finite, hadNonFinite), tooDeep };
}

function parsePlainly(text: string): { readonly value: unknown; readonly finite: string } {
  try {
    return { value: JSON.parse(text), finite: text };
  } catch (error) {
    const finite = withoutNonFinite(text);
    if (finite === text) throw error;
    return { value: JSON.parse(finite), finite };
  }
}

function reviveLongNumbers(text: string, hadNonFiniteToken: boolean): Omit<ParsedJson, 'tooDeep'> {
  let hadNonFinite = hadNonFiniteToken;
  const value: unknown = JSON.parse(text, ((_key: string, member: unknown, context: ReviverContext) => {
    if (typeof member !== 'number') return member;
    if (!Number.isFinite(member)) {
      hadNonFinite = true;
      return null;
    }
    const source = context.source ?? '';
    return Number.isSafeInteger(member) || !/^-?\d+$/.test(source) ? member : JSON.rawJSON(source);
  }) as (key: string, value: unknown) => unknown);
  return { value, hadNonFinite };
}
