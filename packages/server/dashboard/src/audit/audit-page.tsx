import { Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconClipboardList } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { AuditEntry, AuditPage as Entries } from '../api/audit.ts';
import { useMessages } from '../i18n/language.tsx';
import { Moment } from '../ui/ago.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Waiting } from '../ui/states.tsx';
import table from '../ui/table.module.css';
import { usePages } from '../ui/use-pages.ts';

const AGAIN_MS = 5_000;
const TYPING_MS = 300;

// biome-ignore lint/style/noDefaultExport: loaded when it is needed
export default function AuditPage() {
  const { audit: words } = useMessages();
  const [search, setSearch] = useSearchParams();
  const action = search.get('action') ?? '';
  const task_request_id = search.get('task_request_id') ?? '';
  const pages = usePages<Entries>('audit', 'api/v1/audit', { action, task_request_id }, AGAIN_MS);
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? [];
  const narrow = (changes: Readonly<Record<string, string>>): void => {
    const wanted = Object.entries({ action, task_request_id, ...changes }).filter(
      ([, value]) => value !== '',
    );
    setSearch(Object.fromEntries(wanted), { replace: true });
  };
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        <>
          <Select
            aria-label={words.action}
            placeholder={words.action}
            value={action === '' ? null : action}
            onChange={(value) => narrow({ action: value ?? '' })}
            data={Object.entries(words.actions).map(([value, label]) => ({ value, label }))}
            clearable
          />
          <TaskIdField id={task_request_id} onChange={(id) => narrow({ task_request_id: id })} />
        </>
      }
    >
      <Panel flush>
        {pages.isPending && <Waiting />}
        {pages.data === undefined && pages.error !== null && (
          <Failed error={pages.error} onRetry={() => void pages.refetch()} />
        )}
        {pages.data !== undefined && entries.length === 0 && (
          <Empty
            title={words.empty}
            detail={words.emptyDetail}
            icon={<IconClipboardList size={26} stroke={1.5} />}
          />
        )}
        {entries.length > 0 && <Table entries={entries} />}
        <LoadMore
          hasMore={pages.hasNextPage}
          isLoading={pages.isFetchingNextPage}
          onMore={() => void pages.fetchNextPage()}
        />
      </Panel>
    </Page>
  );
}

function TaskIdField({ id, onChange }: { readonly id: string; readonly onChange: (id: string) => void }) {
  const { audit: words } = useMessages();
  const [text, setText] = useState(id);
  const tell = useDebouncedCallback(onChange, TYPING_MS);
  return (
    <TextInput
      aria-label={words.taskId}
      placeholder={words.taskId}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value.trim());
      }}
    />
  );
}

function Table({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const { audit: words } = useMessages();
  const { columns } = words;
  return (
    <div className={table.scroller}>
      <table className={table.table}>
        <thead>
          <tr>
            <th>{columns.time}</th>
            <th>{columns.actor}</th>
            <th>{columns.action}</th>
            <th>{columns.target}</th>
            <th>{columns.detail}</th>
            <th>{columns.from}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td data-label={columns.time} className={table.nowrap}>
                <Moment time={entry.at} />
              </td>
              <td data-label={columns.actor} className="wrap">
                {entry.actor}
              </td>
              <td data-label={columns.action}>{words.actions[entry.action] ?? entry.action}</td>
              <td data-label={columns.target} className="mono wrap">
                {entry.target ?? '–'}
              </td>
              <td data-label={columns.detail} className="wrap muted">
                {textOf(entry.detail)}
              </td>
              <td data-label={columns.from} className="mono">
                {entry.remote_address ?? '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function textOf(detail: unknown): string {
  if (detail === null || detail === undefined) return '–';
  return typeof detail === 'string' ? detail : JSON.stringify(detail);
}
