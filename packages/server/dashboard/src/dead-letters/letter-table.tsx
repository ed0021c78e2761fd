import { Button, Checkbox } from '@mantine/core';
import { Link } from 'wouter';
import { type DeadLetter, stateOf } from '../api/dead-letter.ts';
import { useMessages } from '../i18n/language.tsx';
import { TaskLink } from '../task/facts.tsx';
import { Ago } from '../ui/ago.tsx';
import table from '../ui/table.module.css';
import css from './dead-letters-page.module.css';
import { LetterState } from './letter-state.tsx';

interface LetterTableProps {
  readonly letters: readonly DeadLetter[];
  readonly selected: ReadonlySet<number>;
  readonly onSelect: (selected: ReadonlySet<number>) => void;
  /** Absent for those who may only look. */
  readonly onReplay?: (id: number) => void;
}

export function LetterTable({ letters, selected, onSelect, onReplay }: LetterTableProps) {
  const { deadLetters: words } = useMessages();
  const { columns } = words;
  const open = letters.filter((letter) => stateOf(letter) === 'open').map(({ id }) => id);
  const allAreSelected = open.length > 0 && open.every((id) => selected.has(id));
  const toggle = (id: number): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  return (
    <div className={table.scroller}>
      <table className={table.table}>
        <thead>
          <tr>
            {onReplay !== undefined && (
              <th className={css.check}>
                <Checkbox
                  aria-label={words.selectAll}
                  checked={allAreSelected}
                  indeterminate={!allAreSelected && selected.size > 0}
                  disabled={open.length === 0}
                  onChange={() => onSelect(new Set(allAreSelected ? [] : open))}
                />
              </th>
            )}
            <th>{columns.reason}</th>
            <th>{columns.detail}</th>
            <th>{columns.task}</th>
            <th>{columns.lane}</th>
            <th>{columns.received}</th>
            <th>{columns.state}</th>
            {onReplay !== undefined && <th aria-label={words.replay} />}
          </tr>
        </thead>
        <tbody>
          {letters.map((letter) => (
            <tr key={letter.id}>
              {onReplay !== undefined && (
                <td className={css.check}>
                  <Checkbox
                    aria-label={words.select(letter.id)}
                    checked={selected.has(letter.id)}
                    disabled={stateOf(letter) !== 'open'}
                    onChange={() => toggle(letter.id)}
                  />
                </td>
              )}
              <td data-label={columns.reason} className={table.nowrap}>
                <Link to={`/dead-letters/${letter.id}`} className={css.reason ?? ''}>
                  {words.reasons[letter.reason] ?? letter.reason}
                </Link>
              </td>
              <td data-label={columns.detail} className={`${css.words} wrap`}>
                <span>{letter.detail.slice(0, 200)}</span>
              </td>
              <td data-label={columns.task} className={css.task}>
                {letter.task_request_id === null ? (
                  <span className="muted">–</span>
                ) : (
                  <TaskLink id={letter.task_request_id} />
                )}
              </td>
              <td data-label={columns.lane}>{letter.lane}</td>
              <td data-label={columns.received} className={table.nowrap}>
                <Ago time={letter.received_at} />
              </td>
              <td data-label={columns.state}>
                <LetterState letter={letter} />
              </td>
              {onReplay !== undefined && (
                <td className={table.number}>
                  {stateOf(letter) === 'open' && (
                    <Button variant="subtle" size="compact-xs" onClick={() => onReplay(letter.id)}>
                      {words.replay}
                    </Button>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
