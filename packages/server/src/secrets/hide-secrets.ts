import type {
  DeadLetterRepository,
  StoredDeadLetter,
  TaskLogRepository,
  TaskRequestRepository,
} from '@taskwire/listener';
import type { SecretParams } from '@taskwire/protocol';

/** The same repositories, without the secrets. Whatever reads for somebody outside reads through these. */
export interface HiddenSecrets {
  tasks(repository: TaskRequestRepository): TaskRequestRepository;
  logs(repository: TaskLogRepository): TaskLogRepository;
  deadLetters(repository: DeadLetterRepository): DeadLetterRepository;
}

/**
 * Submissions keep no secret in a task's row; this is for rows of before, for what producers put into their events, and
 * for events that could not even be read. What a task returns is its answer and not hidden, also where the event that
 * brought it is shown.
 */
export function hideSecrets(secrets: SecretParams): HiddenSecrets {
  return {
    tasks: (repository) => ({
      ...repository,
      get: async (id) => {
        const task = await repository.get(id);
        return task === null ? null : { ...task, params: secrets.hide(task.params, task.task_name) };
      },
    }),
    logs: (repository) => ({
      history: async (id, limit) => {
        const events = await repository.history(id, limit);
        return events.map((event) => {
          const { result, ...rest } = event.data;
          const data = secrets.hide(rest, event.task_name);
          return { ...event, data: result === undefined ? data : { ...data, result } };
        });
      },
    }),
    deadLetters: (repository) => {
      const shown = <Letter extends Pick<StoredDeadLetter, 'payload' | 'detail'>>(
        letter: Letter,
      ): Letter => ({
        ...letter,
        payload: secrets.hideInText(letter.payload),
        detail: secrets.hideInText(letter.detail),
      });
      return {
        ...repository,
        get: async (id) => {
          const letter = await repository.get(id);
          return letter === null ? null : shown(letter);
        },
        list: async (filter, page) => (await repository.list(filter, page)).map(shown),
      };
    },
  };
}
