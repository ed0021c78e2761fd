import { Kbd, Modal } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { useMessages } from '../i18n/language.tsx';
import css from './shortcuts.module.css';

const PLACES: Readonly<Record<string, string>> = {
  o: '/',
  t: '/tasks',
  w: '/workers',
  p: '/publishers',
  d: '/dead-letters',
  h: '/health',
};
/** Between `g` and the letter after it. */
const SECOND_KEY_MS_MAX = 1_500;

interface ShortcutActions {
  readonly help: () => void;
  /** Absent where the person may not. */
  readonly submit: (() => void) | undefined;
}

/** Keys of the whole page. They keep out of the way where somebody writes, and of what the browser itself does. */
export function useShortcuts({ help, submit }: ShortcutActions): void {
  const [, navigate] = useLocation();
  const awaitsPlaceUntil = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (awaitsPlaceUntil.current > event.timeStamp) {
        awaitsPlaceUntil.current = 0;
        const place = PLACES[event.key];
        if (place !== undefined) navigate(place);
      } else if (event.key === 'g') awaitsPlaceUntil.current = event.timeStamp + SECOND_KEY_MS_MAX;
      else if (event.key === '?') help();
      else if (event.key === 'c' && submit !== undefined) submit();
      else if (event.key === '/') search(navigate);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate, help, submit]);
}

function search(navigate: (to: string) => void): void {
  const field = document.querySelector<HTMLInputElement>('input[type="search"]');
  if (field === null) navigate('/tasks?focus=search');
  else field.focus();
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest('input, textarea, select, [role="dialog"], [role="menu"]') !== null);

export function ShortcutHelp({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const { shortcuts, common } = useMessages();
  const { rows, andThen } = shortcuts;
  const go = (key: string) => ['g', key];
  const list: readonly (readonly [readonly string[], string])[] = [
    [['/'], rows.search],
    [['↑', '↓'], rows.move],
    [['Enter'], rows.open],
    [['c'], rows.submit],
    [go('o'), rows.goOverview],
    [go('t'), rows.goTasks],
    [go('w'), rows.goWorkers],
    [go('p'), rows.goPublishers],
    [go('d'), rows.goDeadLetters],
    [go('h'), rows.goHealth],
    [['?'], rows.help],
  ];
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={shortcuts.title}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <dl className={css.list}>
        {list.map(([keys, what]) => (
          <div key={what} className={css.row}>
            <dt>{what}</dt>
            <dd className={css.keys}>
              {keys.map((key, index) => (
                <span key={key}>
                  {index > 0 && keys[0] === 'g' && <span className="muted"> {andThen} </span>}
                  <Kbd size="xs">{key}</Kbd>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
