import type { TaskRequest } from '@taskwire/listener';
import type { ApiClient } from '../../client/api-client.ts';
import { withApi } from '../../client/open-api.ts';
import { type CommandInput, EXIT } from '../../command-line/command.ts';
import { durationOf, isSet, objectOf, parseWholeNumber, textOf } from '../../command-line/read-options.ts';
import { jsonText, oneLine } from '../../terminal/one-line.ts';
import { endSignal } from '../interrupt.ts';
import { waitIn } from './wait.ts';

/** `taskwire tasks run <task_name>`: submits a task, and waits for its end with `--wait`. */
export async function runTask(input: CommandInput): Promise<number> {
  const {
    options,
    positionals: [task_name = ''],
  } = input;
  const params = objectOf(options, 'params');
  const id = textOf(options, 'id');
  const attempts = textOf(options, 'attempts');
  const task = {
    task_name,
    ...(params === undefined ? {} : { params }),
    ...(id === undefined ? {} : { task_request_id: id }),
    ...(attempts === undefined
      ? {}
      : { options: { attempts: parseWholeNumber('--attempts', attempts, { min: 1, max: 100 }) } }),
  };
  return submitAndWait(input, (api) => api.submit(task));
}

/** `taskwire tasks rerun <task_request_id>`: a new task with the name and parameters of the old one. */
export async function rerunTask(input: CommandInput): Promise<number> {
  const {
    options,
    positionals: [id = ''],
  } = input;
  const params = objectOf(options, 'params');
  return submitAndWait(input, (api) => api.rerun(id, params));
}

async function submitAndWait(
  { env, options, terminal }: CommandInput,
  submit: (api: ApiClient) => Promise<TaskRequest>,
): Promise<number> {
  const timeoutMs = durationOf(options, 'timeout');
  using signal = endSignal(terminal);
  return withApi(
    env,
    async (api) => {
      const task = await submit(api);
      const id = task.task_request_id;
      if (!isSet(options, 'wait')) {
        terminal.line(isSet(options, 'json') ? jsonText(task) : oneLine(id));
        return EXIT.done;
      }
      // Not among the lines that programs read: the id is in each of those.
      terminal.note(oneLine(id));
      return waitIn(api, id, { terminal, options, timeoutMs, signal });
    },
    { signal, writes: true },
  );
}
