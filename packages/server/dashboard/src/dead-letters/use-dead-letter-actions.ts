import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { BulkAnswer } from '../api/dead-letter.ts';
import type { Query } from '../api/query.ts';
import { post } from '../api/request.ts';
import { useFormats, useMessages } from '../i18n/language.tsx';

/** Which letters: some by their ids, or all open ones that match. */
export type Which = { readonly ids: readonly number[] } | { readonly filter: Query };

type Verb = 'replay' | 'discard';

/** The server does a thousand at a time and says how many remain. */
const ROUNDS_MAX = 1_000;

/** Replay and discard, one or many, with a word about what came of it. */
export function useDeadLetterActions() {
  const { deadLetters: words, common } = useMessages();
  const formats = useFormats();
  const queries = useQueryClient();
  const refresh = () => {
    for (const name of ['dead-letters', 'dead-letter', 'stats'])
      void queries.invalidateQueries({ queryKey: [name] });
  };
  const onError = (error: Error) => {
    refresh();
    notifications.show({ color: 'red', title: common.failed, message: error.message });
  };

  const one = useMutation({
    mutationFn: async ({ verb, id }: { readonly verb: Verb; readonly id: number }) => {
      const answer = await post<{ replayed?: boolean; discarded?: boolean }>(
        `api/v1/dead-letters/${id}/${verb}`,
      );
      return verb === 'discard'
        ? words.discarded
        : answer.replayed === false
          ? words.replayedNothing
          : words.replayed;
    },
    onSuccess: (message) => {
      refresh();
      notifications.show({ message });
    },
    onError,
  });

  const many = useMutation({
    mutationFn: ({ verb, which }: { readonly verb: Verb; readonly which: Which }) => inRounds(verb, which),
    onSuccess: ({ done, failed, remaining }) => {
      refresh();
      const [first] = failed;
      notifications.show({
        color: failed.length > 0 ? 'orange' : 'teal',
        title: words.done(formats.count(done), formats.count(failed.length), formats.count(remaining)),
        message: first === undefined ? '' : `${first.id}: ${first.detail}`,
      });
    },
    onError,
  });
  return { one, many, isBusy: one.isPending || many.isPending };
}

/** Again while something was done and something remains; what cannot be applied remains for ever. */
async function inRounds(verb: Verb, which: Which): Promise<BulkAnswer> {
  let done = 0;
  let unchanged = 0;
  for (let round = 1; ; round++) {
    const answer = await post<BulkAnswer>(`api/v1/dead-letters/${verb}`, which);
    done += answer.done;
    unchanged += answer.unchanged;
    if (answer.remaining === 0 || answer.done === 0 || round === ROUNDS_MAX)
      return { ...answer, done, unchanged };
  }
}
