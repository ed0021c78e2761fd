import { surveyJson } from './json-limits.ts';

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

/** No repetition, so that no input makes it slow. */
const QUOTE_OR_NON_FINITE = /"|-?Infinity|NaN/g;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses JSON as producers really write it: Python's `json.dumps` writes NaN and Infinity, which become null and are
 * reported; integers above 2^53 keep their digits (as raw JSON, so that they are written out as they came). Where a
 * key stands twice, the last one counts, as in PostgreSQL and Python.
 *
 * All of that is rare, so the text is parsed plainly first, and again with care only where that shows a need.
 * @param depthMax how deep objects and arrays may be nested; what is deeper is reported and gets no care
 * @throws SyntaxError where the text is not JSON even so
 */
export function parseJson(text: string, depthMax: number): ParsedJson {
  const { value, finite } = parsePlainly(text);
  const hadNonFinite = finite !== text;
  const { tooDeep, hasLongNumber } = surveyJson(value, depthMax);
  // Reviving recurses.
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

/**
 * Puts null in the place of each NaN and Infinity outside of strings. What is left is JSON only if those words stood
 * where a value may stand. Strings are skipped by hand: a pattern that matches a whole string tries again at every
 * quote when the last one is not closed, which takes minutes for a megabyte.
 */
function withoutNonFinite(text: string): string {
  let finite = '';
  let copiedTo = 0;
  QUOTE_OR_NON_FINITE.lastIndex = 0;
  for (let match = QUOTE_OR_NON_FINITE.exec(text); match !== null; match = QUOTE_OR_NON_FINITE.exec(text)) {
    if (match[0] === '"') {
      QUOTE_OR_NON_FINITE.lastIndex = endOfString(text, match.index);
    } else {
      finite += `${text.slice(copiedTo, match.index)}null`;
      copiedTo = match.index + match[0].length;
    }
  }
  return copiedTo === 0 ? text : finite + text.slice(copiedTo);
}

/** Where the string that opens at `start` ends: after its closing quote, or at the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}
