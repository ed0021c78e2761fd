/**
 * What a parsed JSON value must keep to before anything recurses over it or PostgreSQL is asked to hold it. Both walks
 * are iterative and linear, since they are what stands between hostile input and every recursion after them.
 */

export interface JsonSurvey {
  /** Objects and arrays are nested deeper than asked; a value that is neither has depth 0. */
  readonly tooDeep: boolean;
  /** There is a number beyond 2^53 - 1, which a double may have rounded, or which was too large for one. */
  readonly hasLongNumber: boolean;
}

const TOO_DEEP: JsonSurvey = { tooDeep: true, hasLongNumber: false };
const NOTHING: JsonSurvey = { tooDeep: false, hasLongNumber: false };
const LONG_NUMBER: JsonSurvey = { tooDeep: false, hasLongNumber: true };

/** Looks at every member once, level by level. */
export function surveyJson(value: unknown, depthMax: number): JsonSurvey {
  let hasLongNumber = isLong(value);
  let level: object[] = isNested(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > depthMax) return TOO_DEEP;
    const next: object[] = [];
    for (const node of level) {
      if (Array.isArray(node)) for (const member of node) hasLongNumber = look(member, next) || hasLongNumber;
      else
        for (const key in node)
          hasLongNumber = look((node as Record<string, unknown>)[key], next) || hasLongNumber;
    }
    level = next;
  }
  return hasLongNumber ? LONG_NUMBER : NOTHING;
}

/** Puts what has members of its own on the next level. @returns whether it is a long number */
function look(member: unknown, next: object[]): boolean {
  if (typeof member === 'number') return isLong(member);
  if (isNested(member)) next.push(member);
  return false;
}

const isLong = (value: unknown): boolean =>
  typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER;

/** What PostgreSQL's text and jsonb cannot hold, wherever in the value, in words; null where there is nothing. */
export function unstorableText(value: unknown): string | null {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node === 'string') {
      const problem = textProblem(node);
      if (problem !== null) return problem;
    } else if (Array.isArray(node)) {
      for (const item of node) pending.push(item);
    } else if (isNested(node)) {
      for (const key of Object.keys(node)) {
        pending.push(key, (node as Record<string, unknown>)[key]);
      }
    }
  }
  return null;
}

/** Whether it has members of its own. Raw JSON is a number with all its digits. */
const isNested = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !JSON.isRawJSON(value);

function textProblem(text: string): string | null {
  if (text.includes('\u0000')) return 'a text contains NUL (U+0000)';
  return text.isWellFormed() ? null : 'a text contains a lone surrogate';
}
