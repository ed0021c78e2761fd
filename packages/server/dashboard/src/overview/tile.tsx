import type { ReactNode } from 'react';
import { Link } from 'wouter';
import css from './tile.module.css';

interface TileProps {
  readonly label: string;
  readonly hint: string;
  readonly value: ReactNode;
  readonly tone?: 'bad' | 'warn' | undefined;
  readonly to?: string;
}

/** One number that says how things are. */
export function Tile({ label, hint, value, tone, to }: TileProps) {
  const content = (
    <>
      <span className={css.label}>{label}</span>
      <span className={`${css.value} tabular`}>{value}</span>
    </>
  );
  if (to === undefined) {
    return (
      <div className={css.tile} data-tone={tone} title={hint}>
        {content}
      </div>
    );
  }
  return (
    <Link className={css.tile ?? ''} data-tone={tone} title={hint} to={to}>
      {content}
    </Link>
  );
}
