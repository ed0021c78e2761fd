import type { ReactNode } from 'react';
import css from './fact.module.css';

export function FactList({ children }: { readonly children: ReactNode }) {
  return <dl className={css.facts}>{children}</dl>;
}

export function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={css.fact}>
      <dt className={css.label}>{label}</dt>
      <dd className={`${css.value} tabular`}>{children}</dd>
    </div>
  );
}
