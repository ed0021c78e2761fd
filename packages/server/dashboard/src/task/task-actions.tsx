import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPlayerStop, IconRepeat } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '../api/request.ts';
import { type CancelAnswer, isFinal, type Task, taskPath } from '../api/task.ts';
import { useMessages } from '../i18n/language.tsx';
import { useIsOperator } from '../session/session.tsx';
import { useSubmit } from '../submit/submit-context.tsx';
import css from './task-actions.module.css';

/** What an operator can do with a task. */
export function TaskActions({ task }: { readonly task: Task }) {
  const { task: words, common } = useMessages();
  const isOperator = useIsOperator();
  const submit = useSubmit();
  const queries = useQueryClient();
  const [asks, asking] = useDisclosure(false);
  const id = task.task_request_id;
  const cancel = useMutation({
    mutationFn: () => post<CancelAnswer>(`${taskPath(id)}/cancel`),
    onSuccess: ({ outcome, detail }) => {
      asking.close();
      notifications.show({ title: words.outcomes[outcome], message: detail });
      void queries.invalidateQueries({ queryKey: ['task', id] });
    },
    onError: (error) => {
      asking.close();
      notifications.show({ color: 'red', title: common.failed, message: error.message });
    },
  });
  if (!isOperator) return null;
  return (
    <>
      {!isFinal(task.status) && (
        <Button variant="default" leftSection={<IconPlayerStop size={15} />} onClick={asking.open}>
          {words.cancel}
        </Button>
      )}
      <Button
        variant="default"
        leftSection={<IconRepeat size={15} />}
        onClick={() => submit.open({ task_name: task.task_name, params: task.params, rerun_of: id })}
      >
        {words.rerun}
      </Button>
      <Modal
        opened={asks}
        onClose={asking.close}
        title={words.cancelTitle}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <p className={css.detail}>{words.cancelDetail}</p>
        <div className={css.buttons}>
          <Button variant="default" onClick={asking.close}>
            {words.cancelKeep}
          </Button>
          <Button color="red" loading={cancel.isPending} onClick={() => cancel.mutate()} data-autofocus>
            {words.cancel}
          </Button>
        </div>
      </Modal>
    </>
  );
}
