import type { ApiClient, Query } from '../client/api-client.ts';
import { type LiveChange, liveChanges } from '../client/live-changes.ts';
import { withApi } from '../client/open-api.ts';
import type { CommandInput } from '../command-line/command.ts';
import { isSet, textOf, textsOf } from '../command-line/read-options.ts';
import { jsonText, oneLine } from '../terminal/one-line.ts';
import { localTime, percent, STATUS_WIDTH, shortName, styleOfStatus } from '../terminal/task-style.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { endSignal, exitCodeOfEnd } from './interrupt.ts';
import { createSeenChanges } from './seen-changes.ts';

/** `taskwire tail`: changes as they happen, until Ctrl-C. */
export async function tail({ env, options, terminal }: CommandInput): Promise<number> {
  using signal = endSignal(terminal);
  const show = isSet(options, 'json')
    ? (change: LiveChange) => terminal.line(jsonText(change))
    : (change: LiveChange) => terminal.line(changeLine(terminal, change));
  const query = {
    task_request_id: textOf(options, 'task'),
    task_name: textOf(options, 'name'),
    status: textsOf(options, 'status'),
  };
  await withApi(env, (api) => follow(api, query, terminal, show, signal), { signal });
  return exitCodeOfEnd(terminal);
}

async function follow(
  api: ApiClient,
  query: Query,
  terminal: Terminal,
  show: (change: LiveChange) => void,
  signal: AbortSignal,
): Promise<void> {
  const seen = createSeenChanges();
  let isAway = false;
  for await (const event of liveChanges(api, query, signal)) {
    switch (event.kind) {
      case 'connected':
        terminal.note(isAway ? 'follows again' : `follows ${api.url}`);
        isAway = false;
        break;
      case 'disconnected':
        if (!isAway) terminal.note(`waits for ${api.url}: ${oneLine(event.why)}`);
        isAway = true;
        break;
      case 'change':
        if (seen.isNew(event.change)) show(event.change);
        break;
      case 'reset':
        // Too much to be told one by one: the tasks themselves say how they are now.
        terminal.note('too much happened meanwhile; shows how the tasks are now');
        for (const change of await missed(api, query, seen.newestTime()))
          if (seen.isNew(change)) show(change);
    }
  }
}

/** More than this nobody reads. */
const MISSED_MAX = 10_000;

/** Times are those of workers; what happened a little earlier may have come later. */
const LATE_MS = 60_000;

/** The tasks that changed since a time, and shortly before it, oldest change first. */
async function missed(
  api: ApiClient,
  { task_request_id, ...query }: Query,
  since: string,
): Promise<readonly LiveChange[]> {
  const changes: LiveChange[] = [];
  const from = new Date(Date.parse(since) - LATE_MS).toISOString();
  const filter = { ...query, sort: '-last_status_update', id_prefix: task_request_id };
  for await (const task of api.tasks(filter, MISSED_MAX)) {
    if (task.last_status_update < from) break;
    if (task_request_id !== undefined && task.task_request_id !== task_request_id) continue;
    const { status, task_name, attempt, progress, last_status_update } = task;
    changes.push({
      task_request_id: task.task_request_id,
      status,
      task_name,
      attempt,
      progress,
      last_status_update,
    });
  }
  return changes.reverse();
}

/** When (local time), which task, what became of it, how far, and its id. */
export function changeLine({ style }: Pick<Terminal, 'style'>, change: LiveChange): string {
  const { status, attempt, progress, task_name, task_request_id, last_status_update } = change;
  const detail = [
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(status === 'RUNNING' && progress !== null ? [percent(progress)] : []),
  ].join(', ');
  return [
    style('dim', localTime(last_status_update)),
    style(styleOfStatus(status), oneLine(status).padEnd(STATUS_WIDTH)),
    oneLine(shortName(task_name)).padEnd(NAME_WIDTH),
    style('dim', oneLine(task_request_id)),
    detail,
  ]
    .join('  ')
    .trimEnd();
}

const NAME_WIDTH = 40;
