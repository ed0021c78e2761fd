import type { ApiClient, TaskDetail } from '../../client/api-client.ts';
import { withApi } from '../../client/open-api.ts';
import { type CommandInput, EXIT } from '../../command-line/command.ts';
import { isSet, durationOf as optionDuration } from '../../command-line/read-options.ts';
import { jsonText, oneLine, printable } from '../../terminal/one-line.ts';
import { progressBar } from '../../terminal/progress-bar.ts';
import { cutToWidth } from '../../terminal/table.ts';
import {
  durationOf,
  localTime,
  percent,
  STATUS_WIDTH,
  shortName,
  styleOfStatus,
} from '../../terminal/task-style.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { endSignal, exitCodeOfEnd } from '../interrupt.ts';
import { EXIT_NOT_IN_TIME, EXIT_OF_STATUS } from './exit-codes.ts';
import { followTask } from './follow-task.ts';

/** `taskwire tasks wait <task_request_id>`: its exit code says what became of the task. */
export async function waitForTask(input: CommandInput): Promise<number> {
  const {
    env,
    positionals: [id = ''],
    terminal,
  } = input;
  const timeoutMs = optionDuration(input.options, 'timeout');
  using signal = endSignal(terminal);
  return withApi(env, (api) => waitIn(api, id, { ...input, timeoutMs, signal }), { signal });
}

export interface WaitOptions extends Pick<CommandInput, 'terminal' | 'options'> {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
}

/** @returns the exit code */
export async function waitIn(api: ApiClient, id: string, options: WaitOptions): Promise<number> {
  const { terminal } = options;
  const late = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
  const signal = late === undefined ? options.signal : AbortSignal.any([options.signal, late]);
  const show = isSet(options.options, 'json')
    ? jsonView(terminal)
    : terminal.isInteractive
      ? barView(terminal)
      : lineView(terminal);
  try {
    const task = await followTask(api, id, {
      signal,
      onState: show.state,
      onAway: (why) => {
        if (why !== null) terminal.note(`waits for ${api.url}: ${oneLine(why)}`);
      },
    });
    if (task !== null) {
      show.end(task);
      return EXIT_OF_STATUS[task.status] ?? EXIT.failed;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    show.close();
  }
  if (options.signal.aborted) return exitCodeOfEnd(terminal);
  terminal.note(`${oneLine(id)} has not ended in time; it goes on`);
  return EXIT_NOT_IN_TIME;
}

interface View {
  state(task: TaskDetail): void;
  end(task: TaskDetail): void;
  close(): void;
}

const jsonView = (terminal: Terminal): View => ({
  state: (task) => terminal.line(jsonText(task)),
  end: () => {},
  close: () => {},
});

const lineView = (terminal: Terminal): View => ({
  state: (task) => {
    const progress = task.status === 'RUNNING' ? percent(task.progress) : '';
    const status = terminal.style(styleOfStatus(task.status), task.status.padEnd(STATUS_WIDTH));
    terminal.line(`${localTime(task.last_status_update)}  ${status}  ${progress}`.trimEnd());
  },
  end: (task) => sayEnd(terminal, task),
  close: () => {},
});

const BAR_WIDTH = 24;
/** Often enough that the seconds move. */
const REDRAW_MS = 200;

/** One line that is written again and again, and gone at the end. */
function barView(terminal: Terminal): View {
  let task: TaskDetail | undefined;
  const draw = (): void => {
    if (task === undefined) return;
    const { status, progress, task_name } = task;
    const bar = progressBar(status === 'PENDING' ? 0 : progress, BAR_WIDTH);
    const plain = `${oneLine(shortName(task_name))}  ${status.padEnd(STATUS_WIDTH)}  ${bar}  ${durationOf(task, Date.now())}`;
    const cut = cutToWidth(plain, terminal.columns() - 1);
    terminal.status(cut.replace(status, terminal.style(styleOfStatus(status), status)));
  };
  const timer = setInterval(draw, REDRAW_MS);
  const close = (): void => {
    clearInterval(timer);
    terminal.status('');
  };
  return {
    state: (now) => {
      task = now;
      draw();
    },
    end: (now) => {
      close();
      sayEnd(terminal, now);
    },
    close,
  };
}

function sayEnd(terminal: Terminal, task: TaskDetail): void {
  const { status, error, error_type, result } = task;
  const time = durationOf(task, Date.now());
  terminal.line(`${terminal.style(styleOfStatus(status), status)}${time === '' ? '' : ` after ${time}`}`);
  if (status === 'FAILURE' && error !== null) terminal.line(printable(`${error_type}: ${error}`));
  if (status === 'SUCCESS' && result !== null) terminal.line(jsonText(result, 2));
}
