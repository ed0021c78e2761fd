import { Switch } from '@mantine/core';
import { IconBroadcastOff, IconCircleCheck } from '@tabler/icons-react';
import { useSearchParams } from 'wouter';
import type { Publisher, PublisherPage } from '../api/overview.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { Ago } from '../ui/ago.tsx';
import { Chip, type Tone } from '../ui/chip.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Waiting } from '../ui/states.tsx';
import table from '../ui/table.module.css';
import { usePages } from '../ui/use-pages.ts';
import { Holes } from './holes.tsx';
import css from './publishers-page.module.css';

const AGAIN_MS = 4_000;

type PublisherState = 'open' | 'closed' | 'incomplete';
const TONES: Readonly<Record<PublisherState, Tone>> = { open: 'good', closed: 'quiet', incomplete: 'bad' };

function stateOf({ closed_at, missing_count, last_sequence, highest }: Publisher): PublisherState {
  if (closed_at === null) return 'open';
  return missing_count > 0 || (last_sequence !== null && last_sequence > highest) ? 'incomplete' : 'closed';
}

// biome-ignore lint/style/noDefaultExport: loaded when it is needed
export default function PublishersPage() {
  const { publishers: words } = useMessages();
  const [search, setSearch] = useSearchParams();
  const withHoles = search.get('with_holes') === 'true';
  const pages = usePages<PublisherPage>(
    'publishers',
    'api/v1/publishers',
    withHoles ? { with_holes: true } : {},
    AGAIN_MS,
  );
  const publishers = pages.data?.pages.flatMap((page) => page.publishers) ?? [];
  return (
    <Page
      title={words.title}
      lead={words.lead}
      actions={
        <Switch
          label={words.withHoles}
          checked={withHoles}
          onChange={(event) =>
            setSearch(event.currentTarget.checked ? { with_holes: 'true' } : {}, { replace: true })
          }
        />
      }
    >
      <Panel flush>
        {pages.isPending && <Waiting />}
        {pages.data === undefined && pages.error !== null && (
          <Failed error={pages.error} onRetry={() => void pages.refetch()} />
        )}
        {pages.data !== undefined && publishers.length === 0 && <None withHoles={withHoles} />}
        {publishers.length > 0 && <Publishers publishers={publishers} />}
        <LoadMore
          hasMore={pages.hasNextPage}
          isLoading={pages.isFetchingNextPage}
          onMore={() => void pages.fetchNextPage()}
        />
      </Panel>
    </Page>
  );
}

function None({ withHoles }: { readonly withHoles: boolean }) {
  const { publishers: words } = useMessages();
  return withHoles ? (
    <Empty
      title={words.noHoles}
      detail={words.noHolesDetail}
      icon={<IconCircleCheck size={26} stroke={1.5} />}
    />
  ) : (
    <Empty
      title={words.empty}
      detail={words.emptyDetail}
      icon={<IconBroadcastOff size={26} stroke={1.5} />}
    />
  );
}

function Publishers({ publishers }: { readonly publishers: readonly Publisher[] }) {
  const { columns } = useMessages().publishers;
  return (
    <div className={table.scroller}>
      <table className={table.table}>
        <thead>
          <tr>
            <th>{columns.state}</th>
            <th>{columns.publisher}</th>
            <th className={table.number}>{columns.received}</th>
            <th>{columns.holes}</th>
            <th className={table.number}>{columns.outbox}</th>
            <th>{columns.seen}</th>
          </tr>
        </thead>
        <tbody>
          {publishers.map((publisher) => (
            <Row key={publisher.publisher_id} publisher={publisher} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ publisher }: { readonly publisher: Publisher }) {
  const { publishers: words } = useMessages();
  const formats = useFormats();
  const { columns } = words;
  const state = stateOf(publisher);
  return (
    <tr>
      <td data-label={columns.state}>
        <Chip tone={TONES[state]}>{words.states[state]}</Chip>
      </td>
      <td data-label={columns.publisher}>
        <span className={css.publisher}>
          <span className={css.container}>{publisher.worker_container ?? '–'}</span>
          <span className="mono muted wrap">{publisher.publisher_id}</span>
        </span>
      </td>
      <td data-label={columns.received} className={table.number}>
        {formats.count(publisher.highest - publisher.missing_count)}
      </td>
      <td data-label={columns.holes}>
        <Holes publisher={publisher} />
      </td>
      <td data-label={columns.outbox} className={table.number}>
        {publisher.outbox_depth === null ? '–' : formats.count(publisher.outbox_depth)}
      </td>
      <td data-label={columns.seen} className={table.nowrap}>
        <Ago time={publisher.last_seen_at} />
      </td>
    </tr>
  );
}
