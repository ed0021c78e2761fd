/**
 * What a parsed JSON value must keep to before anything recurses over it or PostgreSQL is asked to hold it. Both walks
 * are iterative and linear, since they are what stands between hostile input and every recursion after them.
 */

/** Whether objects and arrays are nested deeper than `depthMax`; a value that is neither has depth 0. */
export function nestedDeeperThan(value: unknown, depthMax: number): boolean {
  let level: object[] = isNested(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > depthMax) return true;
    const next: object[] = [];
    for (const node of level) {
      if (Array.isArray(node)) {
        for (const item of node) if (isNested(item)) next.push(item);
      } else {
        for (const key in node) {
          const member: unknown = (node as Record<string, unknown>)[key];
          if (isNested(member)) next.push(member);
        }
      }
    }
    level = next;
  }
  return false;
}

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
