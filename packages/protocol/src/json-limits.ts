/**
 * What a parsed JSON value must keep to before anything recurses over it or PostgreSQL is asked to hold it. Both walks
 * are linear and recurse no deeper than they are told to, if at all, since they are what stands between hostile input and
 * every recursion after them.
 */

export interface JsonSurvey {
  /** Objects and arrays are nested deeper than asked; a value that is neither has depth 0. */
  readonly tooDeep: boolean;
  /** There is a number beyond 2^53 - 1, which a double may have rounded, or which was too large for one. */
  readonly hasLongNumber: boolean;
}

/** What a survey finds, as bits. */
const LONG_NUMBER = 1;
const TOO_DEEP = 2;

/** Looks at every member once. @param depthMax a few hundred at most */
export function surveyJson(value: unknown, depthMax: number): JsonSurvey {
  const found = survey(value, depthMax);
  return { tooDeep: found >= TOO_DEEP, hasLongNumber: found === LONG_NUMBER };
}

/** By index and key: for every event that comes, and nothing of it is left behind to be collected. */
function survey(value: unknown, depthMax: number): number {
  if (typeof value === 'number') return isLong(value) ? LONG_NUMBER : 0;
  if (!isNested(value)) return 0;
  if (depthMax === 0) return TOO_DEEP;
  let found = 0;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && found < TOO_DEEP; i++) found |= survey(value[i], depthMax - 1);
    return found;
  }
  for (const key in value) {
    found |= survey((value as Record<string, unknown>)[key], depthMax - 1);
    if (found >= TOO_DEEP) break;
  }
  return found;
}

const isLong = (value: number): boolean =>
  value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER;

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
