import {
  IconActivityHeartbeat,
  IconBook2,
  IconBroadcast,
  IconChartAreaLine,
  IconListDetails,
  IconMailExclamation,
  IconReportSearch,
  IconServer2,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { addressOf } from '../api/request.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import css from './navigation.module.css';
import { useStats } from './use-stats.ts';

const SIZE = { size: 17, stroke: 1.7, 'aria-hidden': true } as const;

export function Navigation({ onGo }: { readonly onGo?: () => void }) {
  const { nav } = useMessages();
  const formats = useFormats();
  const { data: stats } = useStats();
  const count = (value: number | undefined) =>
    value === undefined || value === 0 ? undefined : formats.count(value);
  const item = (to: string, label: string, icon: ReactNode, badge?: string) => (
    <Item key={to} to={to} label={label} icon={icon} badge={badge} onGo={onGo} />
  );
  return (
    <nav className={css.nav} aria-label={nav.label}>
      <ul className={css.list}>
        {item('/', nav.overview, <IconChartAreaLine {...SIZE} />)}
        {item('/tasks', nav.tasks, <IconListDetails {...SIZE} />)}
        {item(
          '/dead-letters',
          nav.deadLetters,
          <IconMailExclamation {...SIZE} />,
          count(stats?.dead_letters_open),
        )}
      </ul>
      <p className={css.group}>{nav.groups.system}</p>
      <ul className={css.list}>
        {item('/workers', nav.workers, <IconServer2 {...SIZE} />)}
        {item('/publishers', nav.publishers, <IconBroadcast {...SIZE} />, count(stats?.open_holes))}
        {item('/health', nav.health, <IconActivityHeartbeat {...SIZE} />)}
        {item('/audit', nav.audit, <IconReportSearch {...SIZE} />)}
        <li>
          <a className={css.item} href={addressOf('docs').href} target="_blank" rel="noreferrer">
            <IconBook2 {...SIZE} />
            <span>{nav.api}</span>
          </a>
        </li>
      </ul>
    </nav>
  );
}

interface ItemProps {
  readonly to: string;
  readonly label: string;
  readonly icon: ReactNode;
  readonly badge: string | undefined;
  readonly onGo: (() => void) | undefined;
}

function Item({ to, label, icon, badge, onGo }: ItemProps) {
  const [location] = useLocation();
  const isHere = to === '/' ? location === '/' : location === to || location.startsWith(`${to}/`);
  return (
    <li>
      <Link
        className={css.item ?? ''}
        to={to}
        aria-current={isHere ? 'page' : undefined}
        onClick={() => onGo?.()}
      >
        {icon}
        <span>{label}</span>
        {badge !== undefined && <span className={`${css.badge} tabular`}>{badge}</span>}
      </Link>
    </li>
  );
}
