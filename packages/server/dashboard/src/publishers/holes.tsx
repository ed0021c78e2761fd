import type { Publisher } from '../api/overview.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import css from './holes.module.css';

const SHOWN = 3;
const WIDTH_MIN_PER_CENT = 0.8;

/** What has arrived of a publisher's numbers, with the holes as gaps in a bar and in words. */
export function Holes({ publisher }: { readonly publisher: Publisher }) {
  const { publishers: words } = useMessages();
  const formats = useFormats();
  const { highest, missing, missing_count } = publisher;
  if (missing_count === 0) return <span className="muted">{words.complete}</span>;
  const perCent = (count: number): number => (count / Math.max(highest, 1)) * 100;
  return (
    <div className={css.holes}>
      <div
        className={css.bar}
        role="img"
        aria-label={`${words.bar}: ${words.missing(formats.count(missing_count))}`}
      >
        {missing.map(([from, to]) => (
          <span
            key={from}
            className={css.hole}
            style={{
              left: `${perCent(from - 1)}%`,
              width: `${Math.max(perCent(to - from + 1), WIDTH_MIN_PER_CENT)}%`,
            }}
          />
        ))}
      </div>
      <span className={css.count}>{words.missing(formats.count(missing_count))}</span>
      <span className="muted tabular">
        {missing
          .slice(0, SHOWN)
          .map(([from, to]) => words.range(formats.count(from), formats.count(to)))
          .join(', ')}
        {missing.length > SHOWN && `, ${words.andMore(missing.length - SHOWN)}`}
      </span>
    </div>
  );
}
