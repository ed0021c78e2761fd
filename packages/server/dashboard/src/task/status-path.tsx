import { useFormats, useMessages } from '../i18n/language.tsx';
import { useNow } from '../ui/now.ts';
import { statusColor } from '../ui/status.tsx';
import type { Segment } from './segments.ts';
import css from './status-path.module.css';

/** So that a short stretch beside a long one can still be seen and pointed at. */
const SHARE_MIN = 0.05;

/** The life of a task as a bar: each stretch as long as it took. */
export function StatusPath({ segments }: { readonly segments: readonly Segment[] }) {
  const { task } = useMessages();
  const formats = useFormats();
  const now = useNow();
  const lengthOf = ({ fromMs, toMs }: Segment): number => Math.max((toMs ?? now) - fromMs, 0);
  const total = segments.reduce((sum, segment) => sum + lengthOf(segment), 0);
  const hasAttempts = segments.some(({ attempt }) => attempt > 1);
  const durationOf = (segment: Segment): string => {
    const ms = lengthOf(segment);
    return formats.duration(segment.toMs === null ? Math.floor(ms / 1_000) * 1_000 : ms);
  };
  return (
    <div className={css.path}>
      <ol className={css.bar}>
        {segments.map((segment) => (
          <li
            key={`${segment.kind}-${segment.fromMs}`}
            className={css.segment}
            data-kind={segment.kind}
            data-lasts={segment.toMs === null || undefined}
            style={{
              flexGrow: Math.max(lengthOf(segment) / Math.max(total, 1), SHARE_MIN),
              ['--segment' as string]: segment.kind === 'running' ? statusColor(segment.status) : undefined,
            }}
            title={`${labelOf(segment)}: ${durationOf(segment)}`}
          >
            <span className={css.stroke} />
            <span className={css.label}>
              <span>{labelOf(segment)}</span>
              <span className={`${css.duration} tabular`}>{durationOf(segment)}</span>
            </span>
          </li>
        ))}
      </ol>
      <span className={`${css.total} tabular`}>
        {task.total} {formats.duration(total < 10_000 ? total : Math.floor(total / 1_000) * 1_000)}
      </span>
    </div>
  );

  function labelOf({ kind, attempt }: Segment): string {
    return kind === 'running' && hasAttempts ? task.attempt(attempt) : task.segments[kind];
  }
}
