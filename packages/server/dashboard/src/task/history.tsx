import { Button } from '@mantine/core';
import { useState } from 'react';
import type { TaskLog } from '../api/task.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { StatusBadge } from '../ui/status.tsx';
import table from '../ui/table.module.css';
import css from './history.module.css';
import { timelineOf } from './segments.ts';

/**
 * Every event as it was received, also those that changed nothing. Reports of progress, of which there can be thousands, are
 * shown when they are asked for; what is new comes below. So nothing jumps while somebody reads.
 */
export function History({ history }: { readonly history: readonly TaskLog[] }) {
  const { task, common } = useMessages();
  const [isOpen, setOpen] = useState(false);
  const { historyColumns: columns } = task;
  const events = timelineOf(history).flatMap((entry) => (entry.kind === 'event' ? [entry.log] : []));
  const reports = history.length - events.length;
  return (
    <>
      <div className={table.scroller}>
        <table className={`${table.table} ${css.history}`}>
          <thead>
            <tr>
              <th className={css.time}>{columns.time}</th>
              <th className={css.status}>{columns.status}</th>
              <th>{columns.message}</th>
              <th className={`${table.number} ${css.delay}`}>{columns.delay}</th>
              <th className={css.lane}>{columns.lane}</th>
              <th className={css.worker}>{columns.worker}</th>
              <th className={`${table.number} ${css.sequence}`}>{columns.sequence}</th>
            </tr>
          </thead>
          <tbody>
            {(isOpen ? history : events).map((log) => (
              <Row key={log.event_id} log={log} />
            ))}
          </tbody>
        </table>
      </div>
      {reports > 0 && (
        <div className={table.more}>
          <Button variant="subtle" color="gray" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? common.showLess : task.progressReports(reports)}
          </Button>
        </div>
      )}
    </>
  );
}

function Row({ log }: { readonly log: TaskLog }) {
  const { task } = useMessages();
  const formats = useFormats();
  const { historyColumns: columns } = task;
  return (
    <tr>
      <td data-label={columns.time} className={`${table.nowrap} tabular`}>
        <time dateTime={log.event_time} title={formats.exact(log.event_time)}>
          {formats.clock(log.event_time)}
        </time>
      </td>
      <td data-label={columns.status}>
        <StatusBadge status={log.status} />
      </td>
      <td data-label={columns.message} className="wrap">
        <span>
          {log.message}
          {log.progress !== null && <span className="muted tabular"> {formats.percent(log.progress)}</span>}
          {!log.applied && (
            <span className={css.late} title={task.lateHint}>
              {task.late}
            </span>
          )}
        </span>
      </td>
      <td data-label={columns.delay} className={table.number}>
        {formats.duration(Date.parse(log.received_at) - Date.parse(log.event_time))}
      </td>
      <td data-label={columns.lane}>{log.lane}</td>
      <td data-label={columns.worker} className="wrap">
        {log.worker_source}
      </td>
      <td data-label={columns.sequence} className={table.number}>
        {log.sequence ?? '–'}
      </td>
    </tr>
  );
}
