import { Button, Skeleton } from '@mantine/core';
import { IconCloudOff, IconInbox, IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/request.ts';
import { useMessages } from '../i18n/language.tsx';
import css from './states.module.css';

interface EmptyProps {
  readonly title: string;
  readonly detail?: string;
  readonly icon?: ReactNode;
  readonly children?: ReactNode;
}

export function Empty({ title, detail, icon, children }: EmptyProps) {
  return (
    <div className={css.empty}>
      <span className={css.icon} aria-hidden>
        {icon ?? <IconInbox size={26} stroke={1.5} />}
      </span>
      <p className={css.title}>{title}</p>
      {detail !== undefined && <p className={css.detail}>{detail}</p>}
      {children}
    </div>
  );
}

/** What went wrong, in the words of the server, and a way on. */
export function Failed({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { common } = useMessages();
  const status = error instanceof ApiError ? error.status : -1;
  const [title, detail, icon] =
    status === 0
      ? [common.unreachable, common.unreachableDetail, <IconCloudOff key="i" size={26} stroke={1.5} />]
      : [
          common.failed,
          error instanceof Error ? error.message : String(error),
          status === 403 && <IconLock key="i" size={26} />,
        ];
  return (
    <div role="alert">
      <Empty title={title} detail={detail} icon={icon || undefined}>
        {onRetry !== undefined && (
          <Button variant="default" onClick={onRetry}>
            {common.retry}
          </Button>
        )}
      </Empty>
    </div>
  );
}

/** Bars where words will be, of about their size. */
export function Waiting({ rows = 6 }: { readonly rows?: number }) {
  const { common } = useMessages();
  return (
    <div className={css.waiting} role="status" aria-label={common.loading}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <Skeleton key={row} height={14} radius="sm" width={`${92 - ((row * 17) % 45)}%`} />
      ))}
    </div>
  );
}
