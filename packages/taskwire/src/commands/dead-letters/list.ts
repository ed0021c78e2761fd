import type { StoredDeadLetter } from '@taskwire/listener';
import { withApi } from '../../client/open-api.ts';
import { type CommandInput, EXIT } from '../../command-line/command.ts';
import { isSet, textOf, wholeNumberOf } from '../../command-line/read-options.ts';
import { jsonText } from '../../terminal/one-line.ts';
import { type Column, renderTable } from '../../terminal/table.ts';
import { localDateTime } from '../../terminal/task-style.ts';

const LIMIT = { min: 1, max: 100_000, fallback: 50 };

/** `taskwire dead-letters list` */
export async function listDeadLetters({ env, options, terminal }: CommandInput): Promise<number> {
  const limit = wholeNumberOf(options, 'limit', LIMIT);
  const query = {
    reason: textOf(options, 'reason'),
    lane: textOf(options, 'lane'),
    task_request_id: textOf(options, 'task'),
    state: textOf(options, 'state'),
  };
  return withApi(env, async (api) => {
    const letters: StoredDeadLetter[] = [];
    for await (const letter of api.deadLetters(query, limit)) {
      if (terminal.readerGone.aborted) break;
      if (isSet(options, 'json')) terminal.line(jsonText(letter));
      else letters.push(letter);
    }
    if (isSet(options, 'json')) return EXIT.done;
    terminal.line(
      letters.length === 0 ? 'there are no such dead letters' : renderTable(terminal, COLUMNS, letters),
    );
    return EXIT.done;
  });
}

const COLUMNS: readonly Column<StoredDeadLetter>[] = [
  { head: 'id', text: ({ id }) => String(id), align: 'right' },
  {
    head: 'received',
    optional: true,
    text: ({ received_at }) => localDateTime(received_at),
    style: () => 'dim',
  },
  { head: 'lane', optional: true, text: ({ lane }) => lane },
  { head: 'reason', text: ({ reason }) => reason, style: () => 'yellow' },
  { head: 'state', optional: true, text: stateOf },
  { head: 'task', optional: true, text: ({ task_request_id }) => task_request_id ?? '' },
  { head: 'detail', text: ({ detail }) => detail, flexible: true },
];

export function stateOf({ replayed_at, discarded_at }: StoredDeadLetter): string {
  if (replayed_at !== null) return 'replayed';
  return discarded_at === null ? 'open' : 'discarded';
}
