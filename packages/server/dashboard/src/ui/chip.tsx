import type { ReactNode } from 'react';
import css from './chip.module.css';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

/** A word with a dot: the colour only repeats what the word says. */
export function Chip({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={css.chip} data-tone={tone}>
      <span className={css.dot} aria-hidden />
      {children}
    </span>
  );
}
