import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useMessages } from '../i18n/language.tsx';
import css from './code-block.module.css';
import { tokensOf } from './json-text.ts';

interface CodeBlockProps {
  /** Untrusted: it becomes text and nothing else. */
  readonly text: string;
  readonly json?: boolean;
  readonly label: string;
  readonly tone?: 'failure';
}

/** What is shown of a very long text at first; the browser would take seconds for megabytes. */
const LENGTH_MAX = 40_000;
const LINES_MAX = 24;

export function CodeBlock({ text, json = false, label, tone }: CodeBlockProps) {
  const { common } = useMessages();
  const [isOpen, setOpen] = useState(false);
  const isLong = text.length > LENGTH_MAX || text.split('\n', LINES_MAX + 1).length > LINES_MAX;
  const shown = isOpen ? text : text.slice(0, LENGTH_MAX);
  const tokens = useMemo(
    () => (json && shown.length <= LENGTH_MAX ? tokensOf(shown) : undefined),
    [json, shown],
  );
  return (
    <div className={css.block} data-tone={tone}>
      <section className={css.scroller} data-cut={(isLong && !isOpen) || undefined} aria-label={label}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <pre className={css.text} tabIndex={0}>
          {tokens === undefined
            ? shown
            : tokens.map(({ kind, text }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never move
                <span key={index} className={css[kind]}>
                  {text}
                </span>
              ))}
        </pre>
      </section>
      {isLong && (
        <Button variant="subtle" color="gray" className={css.toggle ?? ''} onClick={() => setOpen(!isOpen)}>
          {isOpen ? common.showLess : common.showAll}
        </Button>
      )}
    </div>
  );
}
