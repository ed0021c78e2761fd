import { TaskwireError } from '@taskwire/protocol';
import type { ApiClient, BulkAnswer } from '../../client/api-client.ts';
import { withApi } from '../../client/open-api.ts';
import { type CommandInput, EXIT } from '../../command-line/command.ts';
import { isSet, parseWholeNumber, textOf } from '../../command-line/read-options.ts';
import { jsonText, oneLine } from '../../terminal/one-line.ts';
import type { Terminal } from '../../terminal/terminal.ts';

type What = 'replay' | 'discard';

/** `taskwire dead-letters replay`: by ids, or all that match a filter. */
export const replayDeadLetters = (input: CommandInput): Promise<number> => settle('replay', input);

/** `taskwire dead-letters discard`: marks them; they are kept until the retention takes them. */
export const discardDeadLetters = (input: CommandInput): Promise<number> => settle('discard', input);

async function settle(what: What, input: CommandInput): Promise<number> {
  const { env, options } = input;
  const ids = input.positionals.map((id) =>
    parseWholeNumber('id', id, { min: 1, max: Number.MAX_SAFE_INTEGER }),
  );
  const filter = filterIn(options);
  const isByFilter = Object.keys(filter).length > 0 || isSet(options, 'all');
  if (ids.length > 0 === isByFilter) {
    throw new TaskwireError(
      'request_invalid',
      'expected ids, or else a filter (--reason, --lane, --task) or --all',
    );
  }
  return withApi(
    env,
    async (api) => {
      if (ids.length > 0) return byIds(api, what, ids, input);
      if (!isSet(options, 'yes') && !(await confirm(api, what, filter, input.terminal))) return EXIT.failed;
      return byFilter(api, what, filter, input);
    },
    { writes: true },
  );
}

const filterIn = (options: CommandInput['options']): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [
      ['reason', textOf(options, 'reason')],
      ['lane', textOf(options, 'lane')],
      ['task_request_id', textOf(options, 'task')],
    ].filter(([, value]) => value !== undefined),
  );

/** One call each, so that of each is said what became of it. */
async function byIds(
  api: ApiClient,
  what: What,
  ids: readonly number[],
  { terminal, options }: CommandInput,
): Promise<number> {
  const say = (id: number, answer: object, words: string): void =>
    terminal.line(isSet(options, 'json') ? jsonText({ id, ...answer }) : `${id}: ${words}`);
  for (const id of ids) {
    if (what === 'discard') {
      const answer = await api.discard(id);
      say(id, answer, answer.discarded ? 'discarded' : 'had been replayed or discarded before');
      continue;
    }
    const answer = await api.replay(id);
    const changed = answer.changes.map(
      ({ task_request_id, status }) => `${oneLine(task_request_id)} is ${status}`,
    );
    say(
      id,
      answer,
      answer.replayed
        ? `replayed; ${changed.join(', ') || 'it changed no task'}`
        : 'had been replayed before',
    );
  }
  return EXIT.done;
}

/** Counted as far as that; more is "or more". */
const COUNTED_MAX = 1_000;

async function confirm(
  api: ApiClient,
  what: What,
  filter: Readonly<Record<string, string>>,
  terminal: Terminal,
): Promise<boolean> {
  let count = 0;
  for await (const _ of api.deadLetters({ ...filter, state: 'open' }, COUNTED_MAX)) count += 1;
  if (count === 0) return true;
  const many = `${count}${count === COUNTED_MAX ? ' or more' : ''} open dead letter${count === 1 ? '' : 's'}`;
  const answer = await terminal.ask(`${what} ${many}? [y/N] `);
  if (answer === null) {
    throw new TaskwireError(
      'request_invalid',
      `this would ${what} ${many}, and nobody is here to ask: add --yes`,
    );
  }
  if (/^y(es)?$/i.test(answer.trim())) return true;
  terminal.note('nothing was done');
  return false;
}

/** A call takes a thousand at most; those that fail stay, and are not tried again. */
async function byFilter(
  api: ApiClient,
  what: What,
  filter: Readonly<Record<string, string>>,
  { terminal, options }: CommandInput,
): Promise<number> {
  const total = { done: 0, unchanged: 0, failed: new Map<number, BulkAnswer['failed'][number]>() };
  for (;;) {
    const answer = await api.bulk(what, { filter });
    total.done += answer.done;
    total.unchanged += answer.unchanged;
    for (const failure of answer.failed) total.failed.set(failure.id, failure);
    if (answer.remaining === 0 || answer.done + answer.unchanged === 0) break;
    terminal.status(`${total.done} …`);
  }
  terminal.status('');
  const { done, unchanged } = total;
  const failed = [...total.failed.values()];
  if (isSet(options, 'json')) {
    terminal.line(jsonText({ done, unchanged, failed }));
  } else {
    for (const { id, detail } of failed) terminal.line(`${id}: ${oneLine(detail)}`);
    const past = what === 'replay' ? 'replayed' : 'discarded';
    terminal.line(`${done} ${past}${failed.length > 0 ? `, ${failed.length} could not be` : ''}`);
  }
  return failed.length > 0 ? EXIT.failed : EXIT.done;
}
