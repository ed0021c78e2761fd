const FULL = '█';
const EMPTY = '░';

/** A bar for a terminal: how far, and how much that is. @param progress 0 to 1; null where nobody knows */
export function progressBar(progress: number | null, width: number): string {
  const part = Math.min(1, Math.max(0, progress ?? 0));
  const full = Math.round(part * width);
  const percent = progress === null ? '    ' : `${String(Math.floor(part * 100)).padStart(3)}%`;
  return `${FULL.repeat(full)}${EMPTY.repeat(width - full)} ${percent}`;
}
