/** From harmless to bad. A note is good to know; a warning will hurt some day; a problem hurts now. */
export const LEVELS = ['ok', 'note', 'warning', 'problem'] as const;
export type Level = (typeof LEVELS)[number];

export interface Finding {
  /** Stable, such as `redis.persistence`; the part before the dot is the area. */
  readonly check: string;
  readonly level: Level;
  /** What was found, with which value, and what it means. */
  readonly found: string;
  /** What to do about it; null where nothing needs to be done. */
  readonly advice: string | null;
}

export const ok = (check: string, found: string): Finding => ({ check, level: 'ok', found, advice: null });

const withAdvice =
  (level: Level) =>
  (check: string, found: string, advice: string): Finding => ({ check, level, found, advice });

export const note = withAdvice('note');
export const warning = withAdvice('warning');
export const problem = withAdvice('problem');

export const worstOf = (findings: readonly Finding[]): Level =>
  findings.reduce<Level>(
    (worst, { level }) => (LEVELS.indexOf(level) > LEVELS.indexOf(worst) ? level : worst),
    'ok',
  );

/** Of `taskwire doctor`. */
export const EXIT_OF_LEVEL: Readonly<Record<Level, number>> = { ok: 0, note: 0, warning: 3, problem: 4 };
