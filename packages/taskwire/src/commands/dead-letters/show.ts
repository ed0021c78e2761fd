import type { StoredDeadLetter } from '@taskwire/listener';
import { withApi } from '../../client/open-api.ts';
import { type CommandInput, EXIT } from '../../command-line/command.ts';
import { isSet, parseWholeNumber } from '../../command-line/read-options.ts';
import { jsonText, oneLine, printable } from '../../terminal/one-line.ts';
import { localDateTime } from '../../terminal/task-style.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { stateOf } from './list.ts';

/** `taskwire dead-letters show <id>` */
export async function showDeadLetter({
  env,
  positionals: [given],
  options,
  terminal,
}: CommandInput): Promise<number> {
  const id = parseWholeNumber('id', given, { min: 1, max: Number.MAX_SAFE_INTEGER });
  return withApi(env, async (api) => {
    const letter = await api.deadLetter(id);
    terminal.line(isSet(options, 'json') ? jsonText(letter) : letterText(terminal, letter));
    return EXIT.done;
  });
}

function letterText({ style }: Terminal, letter: StoredDeadLetter): string {
  const row = (name: string, value: string | number | null): readonly string[] =>
    value === null ? [] : [`${style('dim', name.padEnd(9))} ${oneLine(String(value))}`];
  const cut =
    letter.payload_bytes > Buffer.byteLength(letter.payload)
      ? `, the beginning of ${letter.payload_bytes} bytes`
      : '';
  return [
    ...row('id', letter.id),
    ...row('state', stateOf(letter)),
    ...row('reason', letter.reason),
    ...row('detail', letter.detail),
    ...row('lane', letter.lane),
    ...row('received', localDateTime(letter.received_at)),
    ...row('task', letter.task_request_id),
    ...row('publisher', letter.publisher_id),
    ...row('sequence', letter.sequence),
    '',
    style('bold', `payload${cut}`),
    ...printable(letter.payload)
      .split('\n')
      .map((line) => `  ${line}`),
  ].join('\n');
}
