import { Button, Select } from '@mantine/core';
import { IconMailCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { type DeadLetterPage, type DeadLetterState, stateOf } from '../api/dead-letter.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { useIsOperator } from '../session/session.tsx';
import { LoadMore } from '../ui/load-more.tsx';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Waiting } from '../ui/states.tsx';
import { usePages } from '../ui/use-pages.ts';
import { Confirm } from './confirm.tsx';
import css from './dead-letters-page.module.css';
import { LetterTable } from './letter-table.tsx';
import { useDeadLetterActions, type Which } from './use-dead-letter-actions.ts';

const AGAIN_MS = 4_000;
const LANES = ['stream', 'list', 'channel', 'http'];
const STATES: readonly DeadLetterState[] = ['open', 'replayed', 'discarded'];

interface Asked {
  readonly verb: 'replay' | 'discard';
  readonly which: Which;
}

// biome-ignore lint/style/noDefaultExport: loaded when it is needed
export default function DeadLettersPage() {
  const { deadLetters: words } = useMessages();
  const [search, setSearch] = useSearchParams();
  const isOperator = useIsOperator();
  const filter = {
    state: search.get('state') ?? 'open',
    reason: search.get('reason') ?? '',
    lane: search.get('lane') ?? '',
    task_request_id: search.get('task_request_id') ?? '',
  };
  const query = { ...filter, state: filter.state === 'all' ? '' : filter.state };
  const pages = usePages<DeadLetterPage>('dead-letters', 'api/v1/dead-letters', query, AGAIN_MS);
  const letters = pages.data?.pages.flatMap((page) => page.dead_letters) ?? [];
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [asked, setAsked] = useState<Asked | null>(null);
  const actions = useDeadLetterActions();
  const chosen = letters
    .filter((letter) => selected.has(letter.id) && stateOf(letter) === 'open')
    .map(({ id }) => id);

  const narrow = (changes: Partial<typeof filter>): void => {
    const wanted = Object.entries({ ...filter, ...changes }).filter(
      ([name, value]) => value !== '' && !(name === 'state' && value === 'open'),
    );
    setSelected(new Set());
    setSearch(Object.fromEntries(wanted), { replace: true });
  };
  const run = ({ verb, which }: Asked): void => {
    actions.many.mutate(
      { verb, which },
      {
        onSettled: () => {
          setSelected(new Set());
          setAsked(null);
        },
      },
    );
  };
  const { state: _, ...matching } = filter;
  const everything: Which = {
    filter: Object.fromEntries(Object.entries(matching).filter(([, value]) => value !== '')),
  };
  const hasOpen = letters.some((letter) => stateOf(letter) === 'open');

  return (
    <Page title={words.title} lead={words.lead}>
      <div className={css.filters}>
        <Select
          aria-label={words.state}
          value={filter.state}
          onChange={(state) => narrow({ state: state ?? 'open' })}
          data={[
            ...STATES.map((value) => ({ value, label: words.states[value] })),
            { value: 'all', label: words.states.all },
          ]}
          allowDeselect={false}
        />
        <Select
          aria-label={words.reason}
          placeholder={words.reason}
          value={filter.reason === '' ? null : filter.reason}
          onChange={(reason) => narrow({ reason: reason ?? '' })}
          data={Object.entries(words.reasons).map(([value, label]) => ({ value, label }))}
          clearable
          searchable
        />
        <Select
          aria-label={words.lane}
          placeholder={words.lane}
          value={filter.lane === '' ? null : filter.lane}
          onChange={(lane) => narrow({ lane: lane ?? '' })}
          data={LANES}
          clearable
        />
        {isOperator && hasOpen && (
          <BulkButtons
            chosen={chosen}
            isBusy={actions.isBusy}
            onReplay={() =>
              chosen.length > 0
                ? run({ verb: 'replay', which: { ids: chosen } })
                : setAsked({ verb: 'replay', which: everything })
            }
            onDiscard={() =>
              setAsked({ verb: 'discard', which: chosen.length > 0 ? { ids: chosen } : everything })
            }
          />
        )}
      </div>
      <Panel flush>
        {pages.isPending && <Waiting />}
        {pages.data === undefined && pages.error !== null && (
          <Failed error={pages.error} onRetry={() => void pages.refetch()} />
        )}
        {pages.data !== undefined && letters.length === 0 && (
          <Empty
            title={
              filter.reason === '' && filter.lane === '' && filter.state === 'open'
                ? words.empty
                : words.noMatch
            }
            {...(filter.state === 'open' ? { detail: words.emptyDetail } : {})}
            icon={<IconMailCheck size={26} stroke={1.5} />}
          />
        )}
        {letters.length > 0 && (
          <LetterTable
            letters={letters}
            selected={selected}
            onSelect={setSelected}
            {...(isOperator ? { onReplay: (id: number) => actions.one.mutate({ verb: 'replay', id }) } : {})}
          />
        )}
        <LoadMore
          hasMore={pages.hasNextPage}
          isLoading={pages.isFetchingNextPage}
          onMore={() => void pages.fetchNextPage()}
        />
      </Panel>
      <Confirm
        verb={asked?.verb ?? null}
        isBusy={actions.isBusy}
        onNo={() => setAsked(null)}
        onYes={() => asked !== null && run(asked)}
      />
    </Page>
  );
}

interface BulkButtonsProps {
  readonly chosen: readonly number[];
  readonly isBusy: boolean;
  readonly onReplay: () => void;
  readonly onDiscard: () => void;
}

function BulkButtons({ chosen, isBusy, onReplay, onDiscard }: BulkButtonsProps) {
  const { deadLetters: words } = useMessages();
  const formats = useFormats();
  const some = chosen.length > 0;
  return (
    <div className={css.bulk}>
      {some && <span className="muted tabular">{words.selected(formats.count(chosen.length))}</span>}
      <Button variant="default" loading={isBusy} onClick={onReplay}>
        {some ? words.replay : words.replayAll}
      </Button>
      <Button variant="default" className={css.discard ?? ''} loading={isBusy} onClick={onDiscard}>
        {some ? words.discard : words.discardAll}
      </Button>
    </div>
  );
}
