import { useState } from 'react';
import type { TaskLog } from '../api/task.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { Moment } from '../ui/ago.tsx';
import { StatusIcon } from '../ui/status.tsx';
import { timelineOf } from './segments.ts';
import css from './timeline.module.css';

/** What happened to a task, from the first word on. */
export function Timeline({ history }: { readonly history: readonly TaskLog[] }) {
  const { task } = useMessages();
  const entries = timelineOf(history);
  const timeOf = (index: number): string | undefined => {
    const entry = entries[index];
    return entry?.kind === 'event' ? entry.log.event_time : entry?.logs.at(-1)?.event_time;
  };
  return (
    <ol className={css.timeline} aria-label={task.path}>
      {entries.map((entry, index) =>
        entry.kind === 'event' ? (
          <Event key={entry.log.event_id} log={entry.log} since={timeOf(index - 1)} />
        ) : (
          <Reports key={entry.logs[0]?.event_id} logs={entry.logs} />
        ),
      )}
    </ol>
  );
}

function Event({ log, since }: { readonly log: TaskLog; readonly since: string | undefined }) {
  const messages = useMessages();
  const formats = useFormats();
  const { task } = messages;
  return (
    <li className={css.entry} data-late={!log.applied || undefined}>
      <span className={css.sign}>
        <StatusIcon status={log.status} size={15} />
      </span>
      <div className={css.words}>
        <span className={css.what}>
          <strong>{messages.status[log.status]}</strong>
          {log.attempt > 1 && <span className={css.chip}>{task.attempt(log.attempt)}</span>}
          {log.source !== null && (
            <span className={css.chip}>{log.source === 'reconciler' ? task.reconciler : log.source}</span>
          )}
          {!log.applied && (
            <span className={css.chip} title={task.lateHint}>
              {task.late}
            </span>
          )}
        </span>
        <span className={`${css.message} wrap`}>{log.message}</span>
      </div>
      <span className={`${css.time} tabular`}>
        <Moment time={log.event_time} />
        {since !== undefined && (
          <span className={css.since}>
            +{formats.duration(Date.parse(log.event_time) - Date.parse(since))}
          </span>
        )}
      </span>
    </li>
  );
}

function Reports({ logs }: { readonly logs: readonly TaskLog[] }) {
  const { task } = useMessages();
  const formats = useFormats();
  const [isOpen, setOpen] = useState(false);
  const last = logs.at(-1);
  return (
    <li className={css.entry} data-minor>
      <span className={css.sign}>
        <span className={css.dot} />
      </span>
      <div className={css.words}>
        <button type="button" className={css.reports} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {task.progressReports(logs.length)}
          {last?.progress !== null && last !== undefined && ` · ${formats.percent(last.progress)}`}
        </button>
        {isOpen && (
          <ul className={css.list}>
            {logs.map((log) => (
              <li key={log.event_id} className="tabular">
                <Moment time={log.event_time} /> {log.progress !== null && formats.percent(log.progress)}
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}
