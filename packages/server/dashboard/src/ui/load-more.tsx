import { Button } from '@mantine/core';
import { useMessages } from '../i18n/language.tsx';
import table from './table.module.css';

interface LoadMoreProps {
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}

export function LoadMore({ hasMore, isLoading, onMore }: LoadMoreProps) {
  const { common } = useMessages();
  if (!hasMore) return null;
  return (
    <div className={table.more}>
      <Button variant="subtle" color="gray" loading={isLoading} onClick={onMore}>
        {common.more}
      </Button>
    </div>
  );
}
