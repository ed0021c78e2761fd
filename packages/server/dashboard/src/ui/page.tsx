import { type ReactNode, useEffect } from 'react';
import { Breakable } from './breakable.tsx';
import css from './page.module.css';

interface PageProps {
  readonly title: string;
  readonly lead?: string;
  readonly actions?: ReactNode;
  /** Above the title: where one came from. */
  readonly trail?: ReactNode;
  /** Whether the page takes the whole height and scrolls inside. */
  readonly fills?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, lead, actions, trail, fills = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · taskwire`;
  }, [title]);
  return (
    <div className={css.page} data-fills={fills || undefined}>
      <header className={css.header}>
        <div className={css.words}>
          {trail}
          <h1 className={css.title}>
            <Breakable text={title} />
          </h1>
          {lead !== undefined && <p className={css.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={css.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface PanelProps {
  readonly title?: ReactNode;
  readonly hint?: string;
  readonly actions?: ReactNode;
  /** Without a margin inside, for tables and lists. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

export function Panel({ title, hint, actions, flush = false, children }: PanelProps) {
  return (
    <section className={css.panel}>
      {title !== undefined && (
        <div className={css.panelHeader}>
          <h2 className={css.panelTitle}>{title}</h2>
          {hint !== undefined && <span className={css.hint}>{hint}</span>}
          {actions !== undefined && <div className={css.panelActions}>{actions}</div>}
        </div>
      )}
      <div className={flush ? css.flush : css.body}>{children}</div>
    </section>
  );
}
