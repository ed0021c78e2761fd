import { Link } from 'wouter';
import type { Stats } from '../api/overview.ts';
import { TASK_STATUSES } from '../api/task.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { StatusIcon, statusColor } from '../ui/status.tsx';
import css from './status-counts.module.css';

/** How many tasks are where, as numbers that lead to them and as a bar of their shares. */
export function StatusCounts({ stats }: { readonly stats: Stats }) {
  const messages = useMessages();
  const formats = useFormats();
  const counted = TASK_STATUSES.filter((status) => stats.tasks[status] > 0);
  return (
    <section className={css.panel} aria-label={messages.overview.byStatus}>
      <div className={css.counts}>
        {TASK_STATUSES.map((status) => (
          <Link key={status} to={`/tasks?status=${status}`} className={css.count ?? ''} data-status={status}>
            <span className={css.label}>
              <StatusIcon status={status} size={14} />
              {messages.status[status]}
            </span>
            <span className={`${css.value} tabular`} data-zero={stats.tasks[status] === 0 || undefined}>
              {formats.count(stats.tasks[status])}
            </span>
          </Link>
        ))}
      </div>
      <div className={css.bar} aria-hidden>
        {counted.map((status) => (
          <span key={status} style={{ flexGrow: stats.tasks[status], background: statusColor(status) }} />
        ))}
      </div>
    </section>
  );
}
