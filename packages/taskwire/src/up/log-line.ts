import { clip, oneLine } from '../terminal/one-line.ts';

const WARN = 40;
const SHOWN_MAX = 300;

/**
 * What of a line of a program's log concerns the person at the terminal: warnings and worse in words, and whatever is
 * not of the log's form, since a process that dies says why in plain text.
 * @returns null where it concerns nobody
 */
export function concernOf(line: string): string | null {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return line.trim() === '' ? null : clip(oneLine(line), SHOWN_MAX);
  }
  if (typeof entry !== 'object' || entry === null) return clip(oneLine(line), SHOWN_MAX);
  const { level, msg, problem, error, err } = entry as {
    readonly level?: unknown;
    readonly msg?: unknown;
    readonly problem?: unknown;
    readonly error?: unknown;
    readonly err?: { readonly message?: unknown };
  };
  if (typeof level !== 'number' || level < WARN) return null;
  const reason = [problem, error, err?.message].find((each) => typeof each === 'string');
  return clip(oneLine([msg, reason].filter((each) => typeof each === 'string').join(': ')), SHOWN_MAX);
}
