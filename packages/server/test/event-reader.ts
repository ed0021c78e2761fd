import type { CurrentTaskState } from '@taskwire/protocol';
import { waitUntil } from '@taskwire/test-harness';

/** A reader of live updates as the contract wants it: it keeps the newest state of each task. */
export interface EventReader extends AsyncDisposable {
  readonly states: ReadonlyMap<string, CurrentTaskState>;
  /** Every state in the order in which it came. */
  readonly received: readonly CurrentTaskState[];
  /** How often it was told to load anew. */
  resets(): number;
  lastEventId(): string;
  hasEnded(): boolean;
  /** Until it knows that the task is in this status. */
  sees(taskRequestId: string, status: string): Promise<CurrentTaskState>;
  /** Until it has a place to come back to. */
  settles(): Promise<void>;
  close(): Promise<void>;
}

/** @param path such as `/api/v1/events?status=RUNNING`. @throws Error where the answer is no event stream */
export async function readEvents(url: string, lastEventId?: string): Promise<EventReader> {
  const states = new Map<string, CurrentTaskState>();
  const received: CurrentTaskState[] = [];
  let [id, resets, hasEnded] = [lastEventId ?? '', 0, false];
  const abort = new AbortController();
  const headers = {
    accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const response = await fetch(url, { headers, signal: abort.signal });
  if (!response.ok || response.body === null) {
    throw new Error(`${response.status} ${await response.text()}`);
  }

  function hear(block: string): void {
    const fields = new Map(
      block
        .split('\n')
        .filter((line) => !line.startsWith(':') && line.includes(':'))
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]),
    );
    id = fields.get('id') ?? id;
    const event = fields.get('event');
    if (event === 'reset') {
      resets++;
      states.clear();
    }
    if (event !== 'change') return;
    const state = JSON.parse(fields.get('data') ?? '') as CurrentTaskState;
    received.push(state);
    const known = states.get(state.task_request_id);
    if (known === undefined || known.revision < state.revision) states.set(state.task_request_id, state);
  }

  const body = response.body.pipeThrough(new TextDecoderStream());
  const ended = (async () => {
    let rest = '';
    for await (const text of body) {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) hear(block);
    }
  })()
    .catch(() => {})
    .finally(() => {
      hasEnded = true;
    });
  const close = async (): Promise<void> => {
    abort.abort();
    await ended;
  };
  return {
    states,
    received,
    resets: () => resets,
    lastEventId: () => id,
    hasEnded: () => hasEnded,
    sees: (taskRequestId, status) =>
      waitUntil(() => [states.get(taskRequestId)].find((state) => state?.status === status), {
        what: `${taskRequestId} to be seen as ${status}`,
        timeoutMs: 20_000,
      }),
    settles: async () => {
      await waitUntil(() => id !== '', { what: 'a place to come back to', timeoutMs: 20_000 });
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
