import { Button, Checkbox, Popover, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconAdjustments, IconSearch, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { get } from '../api/request.ts';
import { TASK_STATUSES, type TaskName, type TaskStatus } from '../api/task.ts';
import { useStats } from '../app/use-stats.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';
import { StatusIcon } from '../ui/status.tsx';
import css from './filter-bar.module.css';
import { isFiltered, SORTS, type Sort, type TaskFilters } from './filters.ts';

interface FilterBarProps {
  readonly filters: TaskFilters;
  readonly onChange: (changes: Partial<TaskFilters>) => void;
}

const TYPING_MS = 250;

const NOTHING = {
  status: [],
  q: '',
  task_name: '',
  worker_source: '',
  error_type: '',
  created_after: '',
  created_before: '',
  conflict: false,
} as const satisfies Partial<TaskFilters>;

export function FilterBar({ filters, onChange }: FilterBarProps) {
  const { tasks } = useMessages();
  return (
    <div className={css.bar}>
      <StatusToggles filters={filters} onChange={onChange} />
      <div className={css.fields}>
        <SearchField q={filters.q} onChange={(q) => onChange({ q })} />
        <TaskNameField value={filters.task_name} onChange={(task_name) => onChange({ task_name })} />
        <MoreFilters filters={filters} onChange={onChange} />
        <Select
          className={css.sort ?? ''}
          aria-label={tasks.sort}
          value={filters.sort}
          onChange={(sort) => onChange({ sort: (sort ?? '-created_at') as Sort })}
          data={SORTS.map((value) => ({ value, label: tasks.sorts[value] }))}
          allowDeselect={false}
        />
        {isFiltered(filters) && (
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconX size={14} />}
            onClick={() => onChange(NOTHING)}
          >
            {tasks.clear}
          </Button>
        )}
      </div>
    </div>
  );
}

function StatusToggles({ filters, onChange }: FilterBarProps) {
  const messages = useMessages();
  const formats = useFormats();
  const { data: stats } = useStats();
  const toggle = (status: TaskStatus): void =>
    onChange({
      status: filters.status.includes(status)
        ? filters.status.filter((each) => each !== status)
        : [...filters.status, status],
    });
  return (
    <fieldset className={css.statuses} aria-label={messages.tasks.status}>
      {TASK_STATUSES.map((status) => (
        <button
          key={status}
          type="button"
          className={css.status}
          data-status={status}
          aria-pressed={filters.status.includes(status)}
          onClick={() => toggle(status)}
        >
          <StatusIcon status={status} size={14} />
          {messages.status[status]}
          {stats !== undefined && (
            <span className={`${css.count} tabular`}>{formats.count(stats.tasks[status])}</span>
          )}
        </button>
      ))}
    </fieldset>
  );
}

function SearchField({ q, onChange }: { readonly q: string; readonly onChange: (q: string) => void }) {
  const { tasks } = useMessages();
  const [text, setText] = useState(q);
  const [search] = useSearchParams();
  const field = useRef<HTMLInputElement>(null);
  const told = useRef(q);
  const tell = useDebouncedCallback((typed: string) => {
    told.current = typed;
    onChange(typed);
  }, TYPING_MS);
  useEffect(() => {
    // Changed by something else than typing: the way back, or a button that clears everything.
    if (q !== told.current) setText(q);
    told.current = q;
  }, [q]);
  const wantsFocus = search.get('focus') === 'search';
  useEffect(() => {
    if (wantsFocus) field.current?.focus();
  }, [wantsFocus]);
  return (
    <TextInput
      ref={field}
      type="search"
      className={css.search ?? ''}
      aria-label={tasks.search}
      placeholder={tasks.search}
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value.trim());
      }}
    />
  );
}

export function useTaskNames() {
  return useQuery({
    queryKey: ['task-names'],
    queryFn: ({ signal }) => get<{ task_names: readonly TaskName[] }>('api/v1/task-names', undefined, signal),
    staleTime: 30_000,
    retry: false,
  });
}

function TaskNameField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (name: string) => void;
}) {
  const { tasks } = useMessages();
  const { data } = useTaskNames();
  const names = new Set(data?.task_names.map(({ task_name }) => task_name));
  if (value !== '') names.add(value);
  return (
    <Select
      className={css.name ?? ''}
      aria-label={tasks.name}
      placeholder={tasks.name}
      value={value === '' ? null : value}
      onChange={(name) => onChange(name ?? '')}
      data={[...names].sort()}
      searchable
      clearable
      limit={100}
      comboboxProps={{ width: 340, position: 'bottom-start' }}
    />
  );
}

function MoreFilters({ filters, onChange }: FilterBarProps) {
  const { tasks } = useMessages();
  const { worker_source, error_type, created_after, created_before, conflict } = filters;
  const used = [worker_source, error_type, created_after, created_before].filter(
    (value) => value !== '',
  ).length;
  const count = used + (conflict ? 1 : 0);
  const text = (
    name: 'worker_source' | 'error_type' | 'created_after' | 'created_before',
    label: string,
    type: string,
  ) => (
    <TextInput
      key={name}
      label={label}
      type={type}
      value={filters[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <Popover width={280} position="bottom-start" trapFocus shadow="md">
      <Popover.Target>
        <Button variant="default" leftSection={<IconAdjustments size={14} />}>
          {tasks.moreFilters}
          {count > 0 && <span className={css.used}>{count}</span>}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={css.more}>
          {text('worker_source', tasks.worker, 'text')}
          {text('error_type', tasks.errorType, 'text')}
          {text('created_after', tasks.createdAfter, 'datetime-local')}
          {text('created_before', tasks.createdBefore, 'datetime-local')}
          <Checkbox
            label={tasks.conflict}
            checked={conflict}
            onChange={(event) => onChange({ conflict: event.currentTarget.checked })}
          />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
