import type { PublisherRecord } from '@taskwire/listener';
import { withApi } from '../client/open-api.ts';
import { type CommandInput, EXIT } from '../command-line/command.ts';
import { isSet, wholeNumberOf } from '../command-line/read-options.ts';
import { jsonText } from '../terminal/one-line.ts';
import { type Column, renderTable } from '../terminal/table.ts';
import { localDateTime } from '../terminal/task-style.ts';

const LIMIT = { min: 1, max: 100_000, fallback: 50 };

/** `taskwire publishers` */
export async function publishers({ env, options, terminal }: CommandInput): Promise<number> {
  const limit = wholeNumberOf(options, 'limit', LIMIT);
  return withApi(env, async (api) => {
    const found: PublisherRecord[] = [];
    const query = { with_holes: isSet(options, 'with-holes') ? true : undefined };
    for await (const publisher of api.publishers(query, limit)) found.push(publisher);
    if (isSet(options, 'json')) for (const publisher of found) terminal.line(jsonText(publisher));
    else
      terminal.line(
        found.length === 0 ? 'there are no such publishers' : renderTable(terminal, COLUMNS, found),
      );
    return EXIT.done;
  });
}

const COLUMNS: readonly Column<PublisherRecord>[] = [
  { head: 'publisher', text: ({ publisher_id }) => publisher_id },
  { head: 'container', text: ({ worker_container }) => worker_container ?? '', flexible: true },
  { head: 'highest', optional: true, text: ({ highest }) => String(highest), align: 'right' },
  {
    head: 'missing',
    text: ({ missing_count }) => String(missing_count),
    style: ({ missing_count }) => (missing_count > 0 ? 'red' : 'reset'),
    align: 'right',
  },
  {
    head: 'outbox',
    optional: true,
    text: ({ outbox_depth }) => (outbox_depth === null ? '' : String(outbox_depth)),
    align: 'right',
  },
  {
    head: 'last seen',
    optional: true,
    text: ({ last_seen_at }) => localDateTime(last_seen_at),
    style: () => 'dim',
  },
  {
    head: 'closed',
    optional: true,
    text: ({ closed_at }) => (closed_at === null ? '' : localDateTime(closed_at)),
    style: () => 'dim',
  },
];
