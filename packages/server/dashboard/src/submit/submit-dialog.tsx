import { Autocomplete, Button, Modal, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { post } from '../api/request.ts';
import { type JsonObject, type Task, taskPath } from '../api/task.ts';
import { useMessages } from '../i18n/language.tsx';
import { useTaskNames } from '../tasks/filter-bar.tsx';
import type { SubmitDraft } from './submit-context.tsx';
import css from './submit-dialog.module.css';

interface SubmitDialogProps {
  readonly draft: SubmitDraft;
  readonly onClose: () => void;
}

const asText = (params: JsonObject | null | undefined): string => JSON.stringify(params ?? {}, null, 2);

/** Undefined where it is no object. */
function objectOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

// biome-ignore lint/style/noDefaultExport: loaded when it is needed
export default function SubmitDialog({ draft, onClose }: SubmitDialogProps) {
  const { submit: words, common } = useMessages();
  const { data: known } = useTaskNames();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const [name, setName] = useState(draft.task_name ?? '');
  const [params, setParams] = useState(asText(draft.params));
  const [attempts, setAttempts] = useState<number | string>(1);
  const [id, setId] = useState('');
  const [wasTried, setTried] = useState(false);
  const isRerun = draft.rerun_of !== undefined;
  const object = objectOf(params);
  const example = known?.task_names.find((each) => each.task_name === name)?.example_params;

  const send = useMutation({
    mutationFn: () =>
      draft.rerun_of === undefined
        ? post<Task>('api/v1/tasks', {
            task_name: name.trim(),
            params: object,
            options: { attempts: Number(attempts) || 1 },
            ...(id.trim() === '' ? {} : { task_request_id: id.trim() }),
          })
        : post<Task>(`${taskPath(draft.rerun_of)}/rerun`, { params: object }),
    onSuccess: (task) => {
      void queries.invalidateQueries({ queryKey: ['task', draft.rerun_of] });
      onClose();
      navigate(`/tasks/${encodeURIComponent(task.task_request_id)}`);
    },
  });
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (object !== undefined && name.trim() !== '') send.mutate();
  };
  const runnable = known?.task_names.filter((each) => each.runnable).map((each) => each.task_name) ?? [];
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={isRerun ? words.titleRerun : words.title}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <form className={css.form} onSubmit={onSubmit}>
        <Autocomplete
          label={words.name}
          placeholder={words.namePlaceholder}
          data={runnable}
          value={name}
          onChange={setName}
          disabled={isRerun}
          limit={50}
          maxDropdownHeight={280}
          error={wasTried && name.trim() === '' ? words.nameMissing : undefined}
          data-autofocus={isRerun ? undefined : true}
        />
        <Textarea
          label={words.params}
          description={words.paramsHint}
          value={params}
          onChange={(event) => setParams(event.currentTarget.value)}
          error={object === undefined ? words.invalidJson : undefined}
          autosize
          minRows={5}
          maxRows={18}
          spellCheck={false}
          classNames={{ input: css.params ?? '' }}
          data-autofocus={isRerun || undefined}
        />
        <div className={css.tools}>
          {example !== undefined && example !== null && (
            <Button variant="subtle" onClick={() => setParams(asText(example))}>
              {words.example}
            </Button>
          )}
          {object !== undefined && (
            <Button variant="subtle" color="gray" onClick={() => setParams(asText(object))}>
              {words.format}
            </Button>
          )}
        </div>
        {!isRerun && (
          <div className={css.pair}>
            <NumberInput
              label={words.attempts}
              description={words.attemptsHint}
              min={1}
              max={100}
              value={attempts}
              onChange={setAttempts}
            />
            <TextInput
              label={words.id}
              description={words.idHint}
              value={id}
              onChange={(event) => setId(event.currentTarget.value)}
            />
          </div>
        )}
        {send.isError && (
          <p className={css.error} role="alert">
            {send.error.message}
          </p>
        )}
        <div className={css.buttons}>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={send.isPending}>
            {isRerun ? words.titleRerun : words.submit}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
