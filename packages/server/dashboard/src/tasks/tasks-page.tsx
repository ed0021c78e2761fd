import { Button } from '@mantine/core';
import { IconFilterOff, IconPlus } from '@tabler/icons-react';
import { useCallback, useRef } from 'react';
import { useMessages } from '../i18n/language.tsx';
import { useIsOperator } from '../session/session.tsx';
import { useSubmit } from '../submit/submit-context.tsx';
import { Page } from '../ui/page.tsx';
import { Empty, Failed, Waiting } from '../ui/states.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isFiltered, searchOf } from './filters.ts';
import { TaskList } from './task-list.tsx';
import css from './tasks-page.module.css';
import { useTaskFilters } from './use-task-filters.ts';
import { useTaskList } from './use-task-list.ts';

export function TasksPage() {
  const { tasks: words } = useMessages();
  const { filters, change } = useTaskFilters();
  const calm = useRef(true);
  const list = useTaskList(
    filters,
    useCallback(() => calm.current, []),
  );
  const isOperator = useIsOperator();
  const submit = useSubmit();

  const content = () => {
    if (list.isPending) return <Placeholder />;
    if (list.error !== null && list.tasks.length === 0)
      return <Failed error={list.error} onRetry={list.retry} />;
    if (list.tasks.length > 0) {
      return (
        <TaskList
          key={searchOf(filters).toString()}
          tasks={list.tasks}
          hasMore={list.hasMore}
          onMore={list.loadMore}
          fresh={list.fresh}
          freshIsMore={list.freshIsMore}
          onFresh={list.showFresh}
          onCalm={(isCalm) => {
            calm.current = isCalm;
          }}
        />
      );
    }
    if (isFiltered(filters)) {
      return (
        <Empty
          title={words.noMatch}
          detail={words.noMatchDetail}
          icon={<IconFilterOff size={26} stroke={1.5} />}
        />
      );
    }
    return (
      <Empty title={words.empty} detail={words.emptyDetail}>
        {isOperator && (
          <Button leftSection={<IconPlus size={15} />} onClick={() => submit.open()}>
            {words.submit}
          </Button>
        )}
      </Empty>
    );
  };
  return (
    <Page title={words.title} fills>
      <FilterBar filters={filters} onChange={change} />
      {content()}
    </Page>
  );
}

function Placeholder() {
  return (
    <div className={css.placeholder}>
      <Waiting rows={12} />
    </div>
  );
}
