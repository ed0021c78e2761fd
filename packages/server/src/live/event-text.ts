import type { CurrentTaskState } from '@taskwire/protocol';

/** The pieces of a `text/event-stream`. Every one ends with an empty line, so that they can be joined at will. */

/** How long a browser waits before it connects again: replicas restart, and nobody is to wait for that. */
const RETRY_MS = 1_000;

export const HELLO = `retry: ${RETRY_MS}\n\n`;
export const PING = ': ping\n\n';

/** Without a cursor the reader keeps the place that it has. */
export const changeText = (json: string, cursor: string | null): string =>
  cursor === null ? `event: change\ndata: ${json}\n\n` : `event: change\nid: ${cursor}\ndata: ${json}\n\n`;

/** Only moves the reader's place. */
export const placeText = (cursor: string): string => `id: ${cursor}\n\n`;

export const resetText = (cursor: string): string => `event: reset\nid: ${cursor}\ndata: {}\n\n`;

export const changeJson = (state: CurrentTaskState): string =>
  JSON.stringify({
    task_request_id: state.task_request_id,
    status: state.status,
    task_name: state.task_name,
    attempt: state.attempt,
    progress: state.progress,
    last_status_update: state.last_status_update,
    revision: state.revision,
  });
