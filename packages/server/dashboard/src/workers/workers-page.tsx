import { Switch } from '@mantine/core';
import { IconServerOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { Worker } from '../api/overview.ts';
import { get } from '../api/request.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { TaskLink } from '../task/facts.tsx';
import { Ago, Moment } from '../ui/ago.tsx';
import { Chip, type Tone } from '../ui/chip.tsx';
import { useNow } from '../ui/now.ts';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Waiting } from '../ui/states.tsx';
import table from '../ui/table.module.css';
import { type WorkerState, workerState } from './worker-state.ts';
import css from './workers-page.module.css';

const AGAIN_MS = 3_000;
const SHOWN_RUNNING = 4;
/** From here on times of that worker mislead whoever compares them. */
const SKEW_MS_WARN = 1_000;
const TONES: Readonly<Record<WorkerState, Tone>> = {
  alive: 'good',
  late: 'warn',
  silent: 'bad',
  stopped: 'quiet',
};

// biome-ignore lint/style/noDefaultExport: loaded when it is needed
export default function WorkersPage() {
  const { workers: words } = useMessages();
  const now = useNow();
  const [search, setSearch] = useSearchParams();
  const showsAll = search.get('all') === 'true';
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['workers'],
    queryFn: ({ signal }) => get<{ workers: readonly Worker[] }>('api/v1/workers', undefined, signal),
    refetchInterval: AGAIN_MS,
  });
  const shown = (data?.workers ?? []).filter(
    (worker) => showsAll || ['alive', 'late'].includes(workerState(worker, now)),
  );
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        <Switch
          label={words.showStopped}
          checked={showsAll}
          onChange={(event) =>
            setSearch(event.currentTarget.checked ? { all: 'true' } : {}, { replace: true })
          }
        />
      }
    >
      <Panel flush>
        {isPending && <Waiting />}
        {data === undefined && error !== null && <Failed error={error} onRetry={() => void refetch()} />}
        {data !== undefined && shown.length === 0 && (
          <Empty
            title={words.empty}
            detail={words.emptyDetail}
            icon={<IconServerOff size={26} stroke={1.5} />}
          />
        )}
        {shown.length > 0 && <Workers workers={shown} now={now} />}
      </Panel>
    </Page>
  );
}

function Workers({ workers, now }: { readonly workers: readonly Worker[]; readonly now: number }) {
  const { columns } = useMessages().workers;
  return (
    <div className={table.scroller}>
      <table className={table.table}>
        <thead>
          <tr>
            <th>{columns.state}</th>
            <th>{columns.worker}</th>
            <th>{columns.running}</th>
            <th>{columns.outbox}</th>
            <th className={table.number}>{columns.skew}</th>
            <th>{columns.heartbeat}</th>
            <th>{columns.started}</th>
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <Row key={worker.worker_id} worker={worker} state={workerState(worker, now)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ worker, state }: { readonly worker: Worker; readonly state: WorkerState }) {
  const { workers: words } = useMessages();
  const formats = useFormats();
  const { columns } = words;
  const skew = worker.clock_skew_ms;
  return (
    <tr>
      <td data-label={columns.state}>
        <Chip tone={TONES[state]}>{words.states[state]}</Chip>
      </td>
      <td data-label={columns.worker}>
        <span className={css.worker}>
          <span className={css.name}>{worker.worker_container}</span>
          <span className="mono muted wrap">
            {worker.worker_id} · pid {worker.pid}
          </span>
        </span>
      </td>
      <td data-label={columns.running}>
        {worker.running.length === 0 ? (
          <span className="muted">{words.idle}</span>
        ) : (
          <Running ids={worker.running} />
        )}
      </td>
      <td data-label={columns.outbox} className="tabular" title={words.outboxHint}>
        <span className={css.worker}>
          <span>{formats.count(worker.outbox_depth)}</span>
          {worker.outbox_depth > 0 && (
            <span className="muted">
              {words.unacknowledged(formats.duration(worker.oldest_unacknowledged_ms))}
            </span>
          )}
        </span>
      </td>
      <td data-label={columns.skew} className={table.number} title={words.skewHint}>
        <span className={Math.abs(skew) > SKEW_MS_WARN ? css.skewed : undefined}>
          {skew < 0 ? '−' : '+'}
          {formats.duration(Math.abs(skew))}
        </span>
      </td>
      <td data-label={columns.heartbeat} className={table.nowrap}>
        <Ago time={worker.heartbeat_at} />
      </td>
      <td data-label={columns.started} className={table.nowrap}>
        <Moment time={worker.started_at} />
      </td>
    </tr>
  );
}

function Running({ ids }: { readonly ids: readonly string[] }) {
  const { publishers } = useMessages();
  return (
    <span className={css.running}>
      {ids.slice(0, SHOWN_RUNNING).map((id) => (
        <TaskLink key={id} id={id} />
      ))}
      {ids.length > SHOWN_RUNNING && (
        <span className="muted">{publishers.andMore(ids.length - SHOWN_RUNNING)}</span>
      )}
    </span>
  );
}
