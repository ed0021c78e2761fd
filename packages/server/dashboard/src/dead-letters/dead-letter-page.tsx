import { Button } from '@mantine/core';
import { IconChevronLeft, IconMapOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { type DeadLetter, stateOf } from '../api/dead-letter.ts';
import { ApiError, get } from '../api/request.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { useIsOperator } from '../session/session.tsx';
import { TaskLink } from '../task/facts.tsx';
import { Moment } from '../ui/ago.tsx';
import { CodeBlock } from '../ui/code-block.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Fact, FactList } from '../ui/fact.tsx';
import { indented } from '../ui/json-text.ts';
import { Page, Panel } from '../ui/page.tsx';
import { Empty, Failed, Waiting } from '../ui/states.tsx';
import { Confirm } from './confirm.tsx';
import css from './dead-letters-page.module.css';
import { LetterState } from './letter-state.tsx';
import { useDeadLetterActions } from './use-dead-letter-actions.ts';

// biome-ignore lint/style/noDefaultExport: loaded when it is needed
export default function DeadLetterPage({ id }: { readonly id: string }) {
  const { deadLetters: words } = useMessages();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['dead-letter', id],
    queryFn: ({ signal }) =>
      get<DeadLetter>(`api/v1/dead-letters/${encodeURIComponent(id)}`, undefined, signal),
  });
  const isMissing = error instanceof ApiError && (error.status === 404 || error.status === 400);
  return (
    <Page
      title={isMissing ? words.missing : words.letter(id)}
      trail={
        <Link to="/dead-letters" className={css.trail ?? ''}>
          <IconChevronLeft size={14} aria-hidden />
          {words.title}
        </Link>
      }
      actions={data !== undefined && <Actions letter={data} />}
    >
      {isPending && <Waiting />}
      {isMissing && <Empty title={words.missing} icon={<IconMapOff size={26} stroke={1.5} />} />}
      {data === undefined && error !== null && !isMissing && (
        <Failed error={error} onRetry={() => void refetch()} />
      )}
      {data !== undefined && <Letter letter={data} />}
    </Page>
  );
}

function Actions({ letter }: { readonly letter: DeadLetter }) {
  const { deadLetters: words } = useMessages();
  const isOperator = useIsOperator();
  const { one, isBusy } = useDeadLetterActions();
  const [asks, setAsks] = useState(false);
  if (!isOperator || stateOf(letter) !== 'open') return null;
  return (
    <>
      <Button loading={isBusy} onClick={() => one.mutate({ verb: 'replay', id: letter.id })}>
        {words.replay}
      </Button>
      <Button variant="default" className={css.discard ?? ''} onClick={() => setAsks(true)}>
        {words.discard}
      </Button>
      <Confirm
        verb={asks ? 'discard' : null}
        isBusy={isBusy}
        onNo={() => setAsks(false)}
        onYes={() => one.mutate({ verb: 'discard', id: letter.id }, { onSettled: () => setAsks(false) })}
      />
    </>
  );
}

function Letter({ letter }: { readonly letter: DeadLetter }) {
  const { deadLetters: words } = useMessages();
  const formats = useFormats();
  const advice = words.advice[letter.reason];
  const isCut = letter.payload_truncated ?? false;
  return (
    <div className={css.columns}>
      <div className={css.main}>
        <Panel title={words.why}>
          <p className={css.why}>{letter.detail}</p>
          {advice !== undefined && (
            <p className={css.advice}>
              <strong>{words.whatToDo}.</strong> {advice}
            </p>
          )}
        </Panel>
        <Panel
          title={words.payload}
          {...(isCut ? { hint: words.payloadCut(formats.count(letter.payload_bytes)) } : {})}
          actions={<CopyButton text={letter.payload} what={words.payload} />}
        >
          <CodeBlock text={indented(letter.payload)} json label={words.payload} />
        </Panel>
      </div>
      <Panel>
        <FactList>
          <Fact label={words.state}>
            <LetterState letter={letter} />
          </Fact>
          <Fact label={words.reason}>
            <span>
              {words.reasons[letter.reason] ?? letter.reason}{' '}
              <span className="mono muted">{letter.reason}</span>
            </span>
          </Fact>
          <Fact label={words.columns.task}>
            {letter.task_request_id === null ? '–' : <TaskLink id={letter.task_request_id} />}
          </Fact>
          <Fact label={words.lane}>{letter.lane}</Fact>
          <Fact label={words.columns.received}>
            <Moment time={letter.received_at} />
          </Fact>
          {letter.replayed_at !== null && (
            <Fact label={words.states.replayed}>
              <Moment time={letter.replayed_at} />
            </Fact>
          )}
          {letter.discarded_at !== null && letter.discarded_at !== undefined && (
            <Fact label={words.states.discarded}>
              <Moment time={letter.discarded_at} />
            </Fact>
          )}
          <Fact label={words.size}>{`${formats.count(letter.payload_bytes)} B`}</Fact>
          {letter.publisher_id !== null && (
            <Fact label={words.publisher}>
              <span className="mono wrap">{letter.publisher_id}</span>
            </Fact>
          )}
          {letter.sequence !== null && <Fact label={words.sequence}>{formats.count(letter.sequence)}</Fact>}
        </FactList>
      </Panel>
    </div>
  );
}
