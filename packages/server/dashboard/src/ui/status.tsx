import {
  IconAlertTriangleFilled,
  IconBan,
  IconCircleCheckFilled,
  IconClockHour4,
  IconPlayerPlayFilled,
  IconRotateClockwise2,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { TaskStatus } from '../api/task.ts';
import { useMessages } from '../i18n/language.tsx';
import css from './status.module.css';

interface IconProps {
  readonly size?: number;
  readonly 'aria-hidden'?: boolean;
}

const ICONS: Readonly<Record<TaskStatus, ComponentType<IconProps>>> = {
  PENDING: IconClockHour4,
  RUNNING: IconPlayerPlayFilled,
  RETRY: IconRotateClockwise2,
  SUCCESS: IconCircleCheckFilled,
  FAILURE: IconAlertTriangleFilled,
  CANCELLED: IconBan,
};

export const statusColor = (status: TaskStatus): string => `var(--${status.toLowerCase()})`;

export function StatusIcon({ status, size = 14 }: { readonly status: TaskStatus; readonly size?: number }) {
  const Icon = ICONS[status];
  return (
    <span className={css.icon} data-status={status}>
      <Icon size={size} aria-hidden />
    </span>
  );
}

/** Colour, sign and word: each alone would do. */
export function StatusBadge({
  status,
  large = false,
}: {
  readonly status: TaskStatus;
  readonly large?: boolean;
}) {
  const messages = useMessages();
  return (
    <span className={css.badge} data-status={status} data-large={large || undefined}>
      <StatusIcon status={status} size={large ? 16 : 13} />
      {messages.status[status]}
    </span>
  );
}
