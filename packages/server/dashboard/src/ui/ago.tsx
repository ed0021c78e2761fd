import { useFormats, useMessages } from '../i18n/language.tsx';
import { useNow } from './now.ts';

/** How long ago, with the exact time on hover. */
export function Ago({ time }: { readonly time: string | null | undefined }) {
  const formats = useFormats();
  const { common } = useMessages();
  const now = useNow();
  if (time === null || time === undefined) return <span className="muted">{common.never}</span>;
  return (
    <time dateTime={time} title={formats.exact(time)}>
      {formats.ago(time, now)}
    </time>
  );
}

/** A moment in words of a clock, with the exact time on hover. */
export function Moment({ time }: { readonly time: string | null | undefined }) {
  const formats = useFormats();
  if (time === null || time === undefined) return <span className="muted">–</span>;
  return (
    <time dateTime={time} title={formats.exact(time)}>
      {formats.moment(time)}
    </time>
  );
}

/** Counts on while nothing has ended it. */
export function Elapsed({ from, to }: { readonly from: string | null; readonly to: string | null }) {
  const formats = useFormats();
  const now = useNow();
  if (from === null) return <span className="muted">–</span>;
  const end = to === null ? now : Date.parse(to);
  return (
    <span className="tabular">{formats.duration(wholeSeconds(end - Date.parse(from), to === null))}</span>
  );
}

/** A number that counts seconds is not to flicker in its fractions. */
const wholeSeconds = (ms: number, counts: boolean): number => (counts ? Math.floor(ms / 1_000) * 1_000 : ms);
