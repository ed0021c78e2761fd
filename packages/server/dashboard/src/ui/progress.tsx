import { useFormats } from '../i18n/language.tsx';
import css from './progress.module.css';

interface ProgressProps {
  readonly value: number;
  readonly label: string;
  readonly large?: boolean;
}

/** How far a task is. It moves by scaling, which costs no layout. */
export function Progress({ value, label, large = false }: ProgressProps) {
  const formats = useFormats();
  const share = Math.min(Math.max(value, 0), 1);
  return (
    <span className={css.progress} data-large={large || undefined}>
      <span
        className={css.track}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <span className={css.fill} style={{ transform: `scaleX(${share})` }} />
      </span>
      <span className={`${css.number} tabular`}>{formats.percent(share)}</span>
    </span>
  );
}
